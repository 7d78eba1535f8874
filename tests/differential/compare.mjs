// What yoke says of a program against what yjs says.
import { isDeepStrictEqual } from 'node:util'
import * as Y from 'yjs'
import { asJson } from './json.mjs'
import { replica } from './program.mjs'
import { hex, unhex } from './steps.mjs'

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
  return { json: asJson(doc.getXmlFragment('x')), length: doc.getXmlFragment('x').length }
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
  const doc = replica(1, p.gc)
  for (const update of [...p.log, ...p.emitted.map(unhex), ...p.tidied]) Y.applyUpdate(doc, update)
  return doc
}

// Where a collected run and an item start at one clock, the order that Yjs merges them in depends on how often it
// sorted. Then the merged updates need only say the same once all else has come.
function sameMerged(p, got, want) {
  const structs = p.mergeInputs.flatMap((update) => Y.decodeUpdate(update).structs)
  if (got === want || !structs.some((struct) => struct instanceof Y.GC)) return got === want
  const [a, b] = [got, want].map((merged) => {
    const doc = replica(1, true)
    for (const update of [unhex(merged), ...p.log]) Y.applyUpdate(doc, update)
    return hex(Y.encodeStateAsUpdate(doc))
  })
  return a === b
}

// Bytes are canonical with collection; without it, only after a collecting document read them.
function canonical(update) {
  const doc = replica(1, true)
  Y.applyUpdate(doc, update)
  return hex(Y.encodeStateAsUpdate(doc))
}

// What yjs holds itself may not be merged as far as it could be, for it looks only where it changed
// something; a document that reads its state merges the rest.
function reference(p, answer, doc) {
  if (!p.gc || answer.full === hex(Y.encodeStateAsUpdate(doc))) return doc
  const fresh = replica(1, true)
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
  const back = replica(1, p.gc)
  Y.applyUpdate(back, unhex(answer.full))
  f.same('read back by yjs', rootJson(back, p.root), rootJson(doc, p.root))
  f.same('root', answer.root, rootJson(doc, p.root))
}

const byName = (a, b) => (a.of < b.of ? -1 : 1)

// Where updates wait, yjs may integrate them later than yoke does, or in another transaction.
function compareEvents(f, p, answer) {
  if (p.waited) return
  const got = answer.events
    .map((now) => now.filter(({ delta }) => delta.length > 0))
    .filter((now) => now.length > 0)
  f.same('number of events', got.length, p.events.length)
  got.forEach((now, i) => f.same(`events[${i}]`, now.toSorted(byName), (p.events[i] ?? []).toSorted(byName)))
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
  compareEvents(f, p, answer)
  if (f.list.length === 0) compareState(f, p, answer, settled(p))
  return f.list
}
