// A random program: edits in several yjs documents that reach a receiver in some order, with the
// receiver's own edits in between. The receiver exists twice: in yjs here, in yoke elsewhere.
import * as Y from 'yjs'
import { Random } from './random.mjs'
import { asJson } from './json.mjs'
import { applyStep, hex, ROOTS, randomStep } from './steps.mjs'

const IDS = [
  1,
  2,
  3,
  77,
  127,
  128,
  16384,
  2147483647,
  2147483648,
  4294967295,
  4294967296,
  2 ** 40 + 3,
  9007199254740990,
  9007199254740991,
]

function newDoc(client, gc) {
  const doc = new Y.Doc({ gc, guid: 'doc' })
  doc.clientID = client
  return doc
}

/** A document that only carries: yjs deletes formats that say nothing by edits of its own, yoke makes none. */
export function replica(client, gc) {
  const doc = newDoc(client, gc)
  doc.on('beforeTransaction', (transaction) =>
    Object.defineProperty(transaction, '_needFormattingCleanup', { get: () => false, set: () => {} }),
  )
  return doc
}

// Formats, embeds and XML are made by yjs only: yoke carries them.
function richStep(r, t) {
  const z = r.next()
  if (z < 0.4 || t.length === 0)
    return t.insert(
      r.int(0, t.length),
      r.pick(['foo', 'B', '😀', '\n']),
      r.pick([undefined, { bold: true }, { i: 1 }]),
    )
  const at = r.int(0, t.length - 1)
  const len = r.int(1, t.length - at)
  if (z < 0.65) t.format(at, len, r.pick([{ bold: true }, { bold: null }, { color: '#f00', i: null }]))
  else if (z < 0.8) t.insertEmbed(at, r.pick([{ image: 'a.png' }, { v: [1, { x: null }] }]))
  else t.delete(at, Math.min(len, 4))
}

// Of every kind that String() writes in its own way.
const SCALARS = [
  true,
  false,
  null,
  0,
  -7,
  1e21,
  1.5e-7,
  123456.75,
  2 ** 31,
  'word',
  '',
  'a"b\\c\n',
  'é😀',
  '\ufb01',
]
const markValue = (r) =>
  r.pick([
    r.pick(SCALARS),
    r.pick(SCALARS),
    { href: 'x', title: r.pick(SCALARS), '😀': 1, '\ufb01': 2 },
    { b: 1, a: { deep: [1] } },
    [1, 'two', null, [3, []], { four: 4 }],
    ['only'],
    [],
    {},
    'twelve units',
  ])

function markedStep(r, t) {
  const z = r.next()
  const format = () => ({ [r.pick(['b', 'i', 'a', '😀', '\ufb01'])]: markValue(r) })
  if (z < 0.35 || t.length === 0)
    return t.insert(
      r.int(0, t.length),
      r.pick(['ab', 'C', '😀', '<&>"']),
      r.pick([undefined, undefined, format()]),
    )
  const at = r.int(0, t.length - 1)
  const len = r.int(1, t.length - at)
  if (z < 0.65) return t.format(at, len, format())
  if (z < 0.75) return t.insertEmbed(at, r.pick([{ image: 1 }, [1, [2]], {}]), r.pick([{}, format()]))
  if (z < 0.85)
    return t.insertEmbed(
      at,
      r.pick([
        () => new Y.XmlElement('EM'),
        () => new Y.Map(),
        () => new Y.Text('plain'),
        () => new Y.XmlText('x'),
      ])(),
      r.pick([{}, format()]),
    )
  t.delete(at, Math.min(len, 3))
}

const attributeValue = (r) =>
  r.pick([
    'v' + r.int(0, 9),
    r.pick(SCALARS),
    undefined,
    12345678901234567890n % 2n ** 63n,
    new Uint8Array([1, 2, 255]),
    [1, [null, 'x'], {}],
    { k: 1 },
  ])

function xmlStep(r, doc) {
  const fragment = doc.getXmlFragment('x')
  const texts = fragment.toArray().filter((child) => child instanceof Y.XmlText)
  if (texts.length > 0 && r.chance(0.4)) return markedStep(r, r.pick(texts))
  const elements = fragment.toArray().filter((child) => child instanceof Y.XmlElement)
  const here = elements.length > 0 && r.chance(0.5) ? r.pick(elements) : fragment
  const z = r.next()
  if (z < 0.4) here.insert(r.int(0, here.length), [new Y.XmlElement(r.pick(['p', 'div']))])
  else if (z < 0.6) here.insert(r.int(0, here.length), [new Y.XmlText(r.pick(['hi', 'x & y']))])
  else if (z < 0.8 && here instanceof Y.XmlElement)
    here.setAttribute(r.pick(['id', 'class', '😀', '\ufb01']), attributeValue(r))
  else if (here.length > 0) here.delete(r.int(0, here.length - 1), 1)
}

// Many who write into the same few gaps before they hear of one another.
function crowdStep(r, doc) {
  const t = doc.getText('t')
  const at = Math.min(t.length, r.pick([0, 0, 0, 2]))
  if (t.length > at && r.chance(0.1)) t.delete(at, 1)
  else t.insert(at, r.pick(['a', 'bc', '😀']))
}

class Sources {
  constructor(r, ids, gc, root, flavour) {
    this.r = r
    this.log = []
    this.root = root
    this.flavour = flavour
    this.docs = ids.map((id) => newDoc(id, gc))
    this.inboxes = ids.map(() => [])
    this.undo = []
    this.docs.forEach((doc, i) =>
      doc.on('update', (update, origin) => {
        if (origin === 'net') return
        this.log.push(update)
        this.inboxes.forEach((inbox, j) => {
          if (j !== i) inbox.push(update)
        })
      }),
    )
    if (flavour === 'undo') {
      this.undo = this.docs.map((doc) => new Y.UndoManager(doc[ROOTS[root]](root), { captureTimeout: 0 }))
    }
  }

  deliver(j, count) {
    const inbox = this.inboxes[j]
    for (let i = 0; i < count && inbox.length > 0; i++) {
      const at = this.r.chance(0.2) ? this.r.int(0, inbox.length - 1) : 0
      Y.applyUpdate(this.docs[j], inbox.splice(at, 1)[0], 'net')
    }
  }

  edit(j) {
    const r = this.r
    const doc = this.docs[j]
    if (this.flavour === 'crowd') return crowdStep(r, doc)
    if (this.flavour === 'rich') return richStep(r, doc.getText('t'))
    if (this.flavour === 'xml') return xmlStep(r, doc)
    if (this.flavour === 'undo') {
      const z = r.next()
      if (z < 0.25) return this.undo[j].undo()
      if (z < 0.35) return this.undo[j].redo()
      this.undo[j].stopCapturing()
    }
    if (r.chance(0.1)) {
      doc.transact(() => {
        for (let i = r.int(2, 5); i > 0; i--) applyStep(doc, randomStep(r, doc, this.root))
      })
    } else {
      applyStep(doc, randomStep(r, doc, this.root))
    }
  }

  run(count) {
    for (let i = 0; i < count; i++) {
      const j = this.r.int(0, this.docs.length - 1)
      if (this.r.chance(this.flavour === 'crowd' ? 0.05 : 0.4)) this.deliver(j, this.r.int(1, 8))
      this.edit(j)
    }
    this.undo.forEach((manager) => manager.destroy())
  }
}

// The updates as they arrive: in order, shuffled, twice, or merged in groups with gaps.
function delivery(r, log) {
  const mode = r.pick(['order', 'shuffled', 'shuffled', 'doubled', 'windows', 'grouped', 'grouped', 'one'])
  if (mode === 'order') return { mode, updates: log.slice() }
  if (mode === 'shuffled') return { mode, updates: r.shuffle(log) }
  if (mode === 'doubled') return { mode, updates: r.shuffle([...log, ...log.filter(() => r.chance(0.3))]) }
  if (mode === 'one') return { mode, updates: [Y.mergeUpdates(r.shuffle(log))] }
  const updates = []
  const mixed = mode === 'grouped' ? r.shuffle(log) : log
  for (let i = 0; i < mixed.length; ) {
    const group = mixed.slice(i, i + r.int(1, 6))
    i += group.length
    if (mode === 'grouped') updates.push(Y.mergeUpdates(group))
    else updates.push(...r.shuffle(group))
  }
  return { mode, updates }
}

function foreignStateVectors(r, twin) {
  return [0, 1].map(() => {
    const sv = new Map()
    for (const [client, clock] of Y.decodeStateVector(Y.encodeStateVector(twin))) {
      if (r.chance(0.8)) sv.set(client, r.chance(0.2) ? clock + 3 : r.int(0, clock))
    }
    if (r.chance(0.3)) sv.set(999999, 7)
    return Y.encodeStateVector(sv)
  })
}

const waits = (doc) => doc.store.pendingStructs !== null || doc.store.pendingDs !== null

// What yjs' events say of each transaction: for each type whose list changed its delta.
function recordEvents(twin, root, events) {
  const nameOf = (type) => (type._item === null ? root : `${type._item.id.client}:${type._item.id.clock}`)
  const stepOf = (op) => ('insert' in op ? { ...op, insert: asJson(op.insert) } : op)
  const asSteps = (delta, isText) =>
    delta.flatMap((op) =>
      isText || !op.insert ? [stepOf(op)] : op.insert.map((v) => ({ insert: asJson(v) })),
    )
  twin[ROOTS[root]](root).observeDeep((all) => {
    const now = all
      .map((event) => ({
        of: nameOf(event.target),
        delta: asSteps(event.delta, event.target instanceof Y.Text),
      }))
      .filter(({ delta }) => delta.length > 0)
    if (now.length > 0) events.push(now)
  })
}

// The receiver's own edits, each recorded for yoke with the update that yjs emits for it.
function editTwin(r, { twin, root, steps, emitted }) {
  const together = r.chance(0.2)
  const note = (update) => emitted.push(hex(update))
  const edit = () => {
    const step = randomStep(r, twin, root)
    steps.push(step)
    applyStep(twin, step)
  }
  twin.on('update', note)
  if (together) {
    steps.push(['begin'])
    twin.transact(() => {
      for (let i = r.int(2, 4); i > 0; i--) edit()
    })
    steps.push(['commit'])
  } else {
    edit()
  }
  twin.off('update', note)
}

export function makeProgram(seed) {
  const r = new Random(seed)
  const gc = r.chance(0.8)
  const flavour = r.pick(['plain', 'plain', 'plain', 'plain', 'undo', 'rich', 'xml', 'crowd'])
  const root =
    flavour === 'xml'
      ? 'x'
      : flavour === 'rich' || flavour === 'crowd'
        ? 't'
        : flavour === 'undo'
          ? r.pick(['t', 'm', 'a'])
          : r.pick(['t', 't', 't', 'm', 'a', 'a'])
  const ids = r.shuffle(IDS).slice(0, r.int(2, 4))
  const own = ids.pop()
  if (flavour === 'crowd') while (ids.length < 40) ids.push(1e6 + ids.length * 1000 + r.int(0, 999))
  const sources = new Sources(r, ids, gc, root, flavour)
  // Long ones so that lists outgrow the blocks that are searched from their start.
  sources.run(flavour === 'crowd' ? 120 : r.chance(0.1) ? r.int(100, 250) : r.int(4, 40))

  const twin = replica(own, gc)
  const { mode, updates } = delivery(r, sources.log)
  const edits = (flavour === 'plain' || flavour === 'undo') && r.chance(0.7)
  const steps = []
  const emitted = []
  const events = []
  const tidied = []
  let waited = false
  // Reading a delta, yjs may delete formats that it finds to say nothing: yoke gets these edits as updates.
  twin.on('update', (update, origin, _, transaction) => {
    if (origin === 'net' || transaction.local !== true || editing) return
    tidied.push(update)
    steps.push(['u', hex(update)])
  })
  let editing = false
  recordEvents(twin, root, events)
  for (const update of updates) {
    steps.push(['u', hex(update)])
    Y.applyUpdate(twin, update, 'net')
    waited ||= waits(twin)
    if (!edits || waits(twin) || !r.chance(0.4)) continue
    editing = true
    editTwin(r, { twin, root, steps, emitted })
    editing = false
  }
  const mergeInputs = sources.log.filter(() => r.chance(0.6))
  const shuffledInputs = r.chance(0.5) ? r.shuffle(mergeInputs) : mergeInputs
  if (r.chance(0.3)) shuffledInputs.push(Y.encodeStateAsUpdate(sources.docs[0]))
  return {
    seed,
    gc,
    flavour,
    mode,
    root,
    own,
    twin,
    log: sources.log,
    steps,
    emitted,
    events,
    waited,
    tidied,
    svs: foreignStateVectors(r, twin),
    mergeInputs: shuffledInputs,
  }
}

export const requestOf = (p) => ({
  seed: p.seed,
  gc: p.gc,
  client: p.own,
  root: p.root,
  steps: p.steps,
  svs: p.svs.map(hex),
  merge: p.mergeInputs.map(hex),
})
