// Editing traces: {startContent, endContent, txns: [{patches: [[position, deleted, inserted], ...]}]}, gzip, and
// concurrent ones, whose transactions name their parents and agent. Here they become flat files:
//   ops      u32 count, u32 bytes of the end text, count * (u32 position, u32 deleted, u32 bytes, text), end text
//   updates  u32 count, count * (u32 bytes, update)                                    all little-endian
import fs from 'node:fs'
import zlib from 'node:zlib'
import * as Y from 'yjs'

export function readTrace(file) {
  const raw = fs.readFileSync(file)
  const trace = JSON.parse(file.endsWith('.gz') ? zlib.gunzipSync(raw) : raw)
  if (trace.startContent) trace.txns.unshift({ patches: [[0, 0, trace.startContent]] })
  return trace
}

export const opsOf = (trace) => trace.txns.flatMap((txn) => txn.patches)

const u32 = (number) => {
  const b = Buffer.alloc(4)
  b.writeUInt32LE(number)
  return b
}

export function writeOps(file, ops, end) {
  const text = Buffer.from(end)
  const parts = [u32(ops.length), u32(text.length)]
  for (const [at, deleted, inserted] of ops) {
    const bytes = Buffer.from(inserted ?? '')
    parts.push(u32(at), u32(deleted), u32(bytes.length), bytes)
  }
  fs.writeFileSync(file, Buffer.concat([...parts, text]))
}

export function writeUpdates(file, updates) {
  fs.writeFileSync(file, Buffer.concat([u32(updates.length), ...updates.flatMap((u) => [u32(u.length), u])]))
}

export function readUpdates(file) {
  const b = fs.readFileSync(file)
  const out = []
  for (let at = 4; at < b.length; ) {
    const bytes = b.readUInt32LE(at)
    out.push(new Uint8Array(b.subarray(at + 4, at + 4 + bytes)))
    at += 4 + bytes
  }
  return out
}

const play = (text, patches) => {
  for (const [at, deleted, inserted] of patches) {
    if (deleted > 0) text.delete(at, deleted)
    if (inserted) text.insert(at, inserted)
  }
}

// What a server receives: the update of every edit, and the state after all.
export function sequentialUpdates(ops) {
  const doc = new Y.Doc()
  doc.clientID = 1234567890
  const updates = []
  doc.on('update', (update) => updates.push(update))
  for (const op of ops) play(doc.getText('t'), [op])
  return { updates, full: Y.encodeStateAsUpdate(doc) }
}

// Every transaction made by its agent's replica at exactly the state of its parents.
export function concurrentUpdates(trace) {
  const { txns } = trace
  const replicas = Array.from({ length: trace.numAgents }, (_, agent) => {
    const doc = new Y.Doc()
    doc.clientID = 1000 + agent
    return { doc, has: new Uint8Array(txns.length) }
  })
  const updates = new Array(txns.length).fill(null)
  txns.forEach(({ agent, parents, patches }, i) => {
    const { doc, has } = replicas[agent]
    const missing = []
    const stack = parents.slice()
    while (stack.length > 0) {
      const k = stack.pop()
      if (has[k]) continue
      has[k] = 1
      missing.push(k)
      stack.push(...txns[k].parents)
    }
    for (const k of missing.sort((a, b) => a - b)) if (updates[k]) Y.applyUpdate(doc, updates[k], 'net')
    const note = (update, origin) => {
      if (origin !== 'net') updates[i] = update
    }
    doc.on('update', note)
    doc.transact(() => play(doc.getText('t'), patches))
    doc.off('update', note)
    has[i] = 1
  })
  return updates.filter((update) => update !== null)
}
