// What yoke says of a program against what yjs says.
import { isDeepStrictEqual } from 'node:util'
import * as Y from 'yjs'
import { hex, unhex } from './steps.mjs'

const base64 = (bytes) => Buffer.from(bytes).toString('base64')

// A value as yoke_value_json writes it: what JSON lacks is replaced.
function asJson(v) {
  if (v === undefined || v === null) return null
  if (typeof v === 'bigint') return v.toString()
  if (typeof v === 'number') return Number.isFinite(v) ? (v === 0 ? 0 : v) : null
  if (v instanceof Uint8Array) return base64(v)
  if (v instanceof Y.Doc) return v.guid
  if (v instanceof Y.XmlElement || v instanceof Y.XmlFragment || v instanceof Y.XmlText) return v.toString()
  if (v instanceof Y.Text) return v.toString()
  if (v instanceof Y.Array) return v.toArray().map(asJson)
  if (v instanceof Y.Map) return Object.fromEntries([...v.entries()].map(([k, x]) => [k, asJson(x)]))
  if (Array.isArray(v)) return v.map(asJson)
  if (typeof v === 'object') return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, asJson(x)]))
  return v
}

const plainZero = (v) => JSON.parse(JSON.stringify(v))

function rootJson(doc, root) {
  if (root === 't')
    return {
      text: doc.getText('t').toString(),
      length: doc.getText('t').length,
      delta: asJson(doc.getText('t').toDelta()),
    }
  if (root === 'm') return { json: asJson(doc.getMap('m')) }
  if (root === 'a') return { json: asJson(doc.getArray('a')), length: doc.getArray('a').length }
  return { json: doc.getXmlFragment('x').toString(), length: doc.getXmlFragment('x').length }
}

class Findings {
  constructor() {
    this.list = []
  }

  same(field, got, want) {
    if (!isDeepStrictEqual(plainZero(got ?? null), plainZero(want ?? null)))
      this.list.push({ field, got, want })
  }
}

// The state that all updates in order lead to: yjs itself can stay stuck when they come otherwise.
function settled(p) {
  const pending = p.twin.store.pendingStructs !== null || p.twin.store.pendingDs !== null
  if (!pending) return p.twin
  const doc = new Y.Doc({ gc: p.gc, guid: 'doc' })
  for (const update of [...p.log, ...p.emitted.map(unhex)]) Y.applyUpdate(doc, update)
  return doc
}

// Where a collected run and an item start at one clock, the order that Yjs merges them in depends on how often it
// sorted. Then the merged updates need only say the same once all else has come.
function sameMerged(p, got, want) {
  const structs = p.mergeInputs.flatMap((update) => Y.decodeUpdate(update).structs)
  if (got === want || !structs.some((struct) => struct instanceof Y.GC)) return got === want
  const [a, b] = [got, want].map((merged) => {
    const doc = new Y.Doc({ gc: true, guid: 'doc' })
    for (const update of [unhex(merged), ...p.log]) Y.applyUpdate(doc, update)
    return hex(Y.encodeStateAsUpdate(doc))
  })
  return a === b
}

// Bytes are canonical with collection; without it, only after a collecting document read them.
function canonical(update) {
  const doc = new Y.Doc({ gc: true, guid: 'doc' })
  Y.applyUpdate(doc, update)
  return hex(Y.encodeStateAsUpdate(doc))
}

// What yjs holds itself may not be merged as far as it could be, for it looks only where it changed
// something; a document that reads its state merges the rest.
function reference(p, answer, doc) {
  if (!p.gc || answer.full === hex(Y.encodeStateAsUpdate(doc))) return doc
  const fresh = new Y.Doc({ gc: true, guid: 'doc' })
  Y.applyUpdate(fresh, Y.encodeStateAsUpdate(doc))
  return fresh
}

function compareState(f, p, answer, receiver) {
  const doc = reference(p, answer, receiver)
  const full = Y.encodeStateAsUpdate(doc)
  f.same('pending', answer.pending, 0)
  f.same('sv', answer.sv, hex(Y.encodeStateVector(doc)))
  if (p.gc) f.same('full', answer.full, hex(full))
  else f.same('full, collected', canonical(unhex(answer.full)), canonical(full))
  p.svs.forEach((sv, i) => {
    if (p.gc) f.same(`diffs[${i}]`, answer.diffs[i], hex(Y.encodeStateAsUpdate(doc, sv)))
    f.same(`diffOfFull[${i}]`, answer.diffsOfFull[i], hex(Y.diffUpdate(unhex(answer.full), sv)))
  })
  const back = new Y.Doc({ gc: p.gc, guid: 'doc' })
  Y.applyUpdate(back, unhex(answer.full))
  f.same('read back by yjs', rootJson(back, p.root), rootJson(doc, p.root))
  f.same('root', answer.root, rootJson(doc, p.root))
}

export function compare(p, answer) {
  const f = new Findings()
  f.same('errors', answer.errors, [])
  f.same('check', answer.check, null)
  f.same('emitted', answer.emitted, p.emitted)
  if (p.mergeInputs.length > 0) {
    const merged = Y.mergeUpdates(p.mergeInputs)
    if (!sameMerged(p, answer.merged, hex(merged))) f.same('merged', answer.merged, hex(merged))
    f.same('mergedSv', answer.mergedSv, hex(Y.encodeStateVectorFromUpdate(merged)))
    f.same('mergedDiff', answer.mergedDiff, hex(Y.diffUpdate(unhex(answer.merged), p.svs[0])))
  }
  if (f.list.length === 0) compareState(f, p, answer, settled(p))
  return f.list
}
