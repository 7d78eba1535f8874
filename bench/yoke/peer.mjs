// node --expose-gc peer.mjs PEER TASK FILE... - one measurement in a process of its own; prints one line of JSON.
//   local TRACE RUNS                 every edit its own transaction
//   local-updates TRACE RUNS         the same with a listener that takes every update (yjs)
//   apply UPDATES ENDTEXT RUNS       received updates one by one
//   state TRACE RUNS                 encode the state; load it and read the text; memory of 20 loaded documents
//   load FULL ENDTEXT RUNS           the same of a given Yjs state
import fs from 'node:fs'
import { performance } from 'node:perf_hooks'
import { peers } from './peers.mjs'
import { opsOf, readTrace, readUpdates } from './trace.mjs'

const [name, task, file, ...rest] = process.argv.slice(2)
const runs = Number(rest.at(-1))
const peer = await peers[name]()

const median = (list) => list.slice().sort((a, b) => a - b)[list.length >> 1]
const demand = (got, want) => {
  if (got !== want) throw new Error(`${name} ${task}: other text`)
}

function time(count, work) {
  const times = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    const after = work()
    times.push(performance.now() - start)
    after?.()
  }
  return { ms: median(times), min: Math.min(...times) }
}

function play(x, ops) {
  for (const [at, deleted, inserted] of ops) {
    if (deleted > 0) peer.remove(x, at, deleted)
    if (inserted) peer.insert(x, at, inserted)
  }
}

const residentBytes = () => {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().rss
}

function loadAndRead(bytes, end) {
  const load = time(Math.max(runs, 5), () => {
    const x = peer.load(bytes)
    const text = peer.text(x)
    return () => {
      demand(text, end)
      peer.free(x)
    }
  })
  const before = residentBytes()
  const kept = Array.from({ length: 20 }, () => peer.load(bytes))
  const memory = (residentBytes() - before) / kept.length
  demand(peer.text(kept[7]), end)
  return { load, memory }
}

function localTask() {
  const trace = readTrace(file)
  const ops = opsOf(trace)
  let updateBytes = 0
  const onUpdate =
    task === 'local-updates'
      ? (update) => {
          updateBytes += update.length
        }
      : undefined
  const result = time(runs, () => {
    const x = peer.create(onUpdate)
    play(x, ops)
    return () => {
      demand(peer.text(x), trace.endContent)
      peer.free(x)
    }
  })
  return { ...result, updateBytes: updateBytes / runs }
}

function stateTask() {
  const trace = readTrace(file)
  const x = peer.create()
  play(x, opsOf(trace))
  let bytes
  const encode = time(Math.max(runs, 5), () => {
    bytes = peer.encode(x)
  })
  peer.free(x)
  return { encode, bytes: bytes.length, ...loadAndRead(bytes, trace.endContent) }
}

function loadTask() {
  const bytes = new Uint8Array(fs.readFileSync(file))
  const x = peer.load(bytes)
  const encode = time(Math.max(runs, 5), () => {
    peer.encode(x)
  })
  return { encode, bytes: bytes.length, ...loadAndRead(bytes, fs.readFileSync(rest[0], 'utf8')) }
}

function applyTask() {
  const updates = readUpdates(file)
  const end = fs.readFileSync(rest[0], 'utf8')
  return time(runs, () => {
    const x = peer.create()
    for (const update of updates) peer.apply(x, update)
    const text = peer.text(x)
    return () => {
      demand(text, end)
      peer.free(x)
    }
  })
}

const tasks = {
  local: localTask,
  'local-updates': localTask,
  state: stateTask,
  load: loadTask,
  apply: applyTask,
}
console.log(JSON.stringify(tasks[task]()))
