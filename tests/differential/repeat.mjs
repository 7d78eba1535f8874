// node tests/differential/repeat.mjs [--seeds A..B] [--program PATH] [--python PATH]
//
// What one engine wrote and another repeats is never a conflict, though bytes differ: yrs keeps objects in a hash map
// and has its own forms of numbers. Random documents with every kind of content, written by yjs, repeated by yjs and by
// yrs (through pycrdt); yoke gets each after each. And the same document with one value changed is always a conflict.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import * as Y from 'yjs'
import { Random } from './random.mjs'
import { hex, unhex } from './steps.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..300' },
    program: { type: 'string', default: here('../../build/tests/yoke-differential') },
    python: { type: 'string', default: here('../pycrdt/.venv/bin/python') },
  },
})
const [first, last] = options.seeds.split('..').map(Number)

// ---- documents ----

const KEYS = ['a', 'b', 'name', 'language', 'é', '漢', 'x y', '', '😀', 'toString']
const SCALARS = [
  () => null,
  () => true,
  () => false,
  (r) => r.int(-70, 70),
  (r) => r.pick([2 ** 31, 2 ** 40, 2 ** 53 - 1, -(2 ** 33), 1e21, 1e300, 5e-324]),
  (r) => r.pick([0.5, 0.1, -2.25, r.next(), -0]),
  (r) => r.pick(['', 'text', '\n\t"\\', 'é漢😀', '\u2028', '5']),
]

// `marks` counts what may be changed; the value of number `change` is another one.
class Values {
  constructor(seed, change) {
    this.r = new Random(seed)
    this.change = change
    this.marks = 0
  }

  leaf() {
    const value = this.r.pick(SCALARS)(this.r)
    const other = { changed: value }
    return this.marks++ === this.change ? other : value
  }

  any(depth) {
    if (depth === 0 || this.r.chance(0.4)) return this.leaf()
    const n = this.r.int(0, 6)
    if (this.r.chance(0.4)) return Array.from({ length: n }, () => this.any(depth - 1))
    const object = {}
    for (let i = 0; i < n; i++) object[this.r.pick(KEYS)] = this.any(depth - 1)
    return object
  }
}

function makeDocument(seed, change) {
  const values = new Values(seed, change)
  const { r } = values
  const doc = new Y.Doc({ gc: false })
  doc.clientID = 1000 + seed
  const text = doc.getText('t')
  const map = doc.getMap('m')
  const array = doc.getArray('a')
  const xml = doc.getXmlFragment('x')
  for (let i = r.int(3, 25); i > 0; i--) {
    const kind = r.int(0, 8)
    if (kind === 0) text.insert(r.int(0, text.length), r.pick(['abc', 'é', '漢字', '😀', '\n']))
    if (kind === 1) text.insertEmbed(r.int(0, text.length), { embed: values.any(3) })
    if (kind === 2 && text.length > 0)
      text.format(0, r.int(1, text.length), { [r.pick(['bold', 'link'])]: { v: values.any(2) } })
    if (kind === 3) map.set(r.pick(KEYS), values.any(3))
    if (kind === 4) array.insert(r.int(0, array.length), [values.any(2), values.any(3)])
    if (kind === 5) array.push([new Uint8Array([r.int(0, 255), 9])])
    if (kind === 6)
      map.set(
        'doc' + i,
        new Y.Doc({ guid: 'guid' + r.int(0, 9), meta: { some: 1 }, autoLoad: r.chance(0.5) }),
      )
    if (kind === 7) xml.insert(0, [new Y.XmlElement(r.pick(['p', 'h1']))])
    if (kind === 8) {
      const nested = new Y.Map()
      nested.set('in', values.any(2))
      map.set('nested' + i, nested)
    }
  }
  // What is seen: a value that was replaced since is deleted content, which says nothing any more.
  const seen = [text.toDelta(), map.toJSON(), array.toJSON()]
  return { update: Y.encodeStateAsUpdate(doc), marks: values.marks, seen: JSON.stringify(seen, plain) }
}

function plain(_key, value) {
  if (typeof value === 'bigint') return { bigint: String(value) }
  if (value instanceof Y.Doc) return { guid: value.guid }
  return value instanceof Uint8Array ? { bytes: hex(value) } : value
}

function repeatByYjs(update) {
  const doc = new Y.Doc({ gc: false })
  Y.applyUpdate(doc, update)
  return Y.encodeStateAsUpdate(doc)
}

// ---- the two programs that are asked ----

/** Asks a program that answers each line by a line. */
class Program {
  constructor(path, args = []) {
    this.child = spawn(path, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.waiting = []
    createInterface({ input: this.child.stdout, crlfDelay: Infinity }).on('line', (line) =>
      this.waiting.shift()?.resolve(line),
    )
    this.child.on('error', (error) => this.end(error))
    this.child.on('close', () => this.end(new Error(`${path} ended`)))
  }

  end(error) {
    for (const { reject } of this.waiting.splice(0)) reject(error)
  }

  ask(line) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
      this.child.stdin.write(line + '\n')
    })
  }
}

const yoke = new Program(options.program)
const yrs = new Program(options.python, [here('../pycrdt/repeat.py')])

/** What yoke says to one update after the other. */
async function errorsOf(seed, updates) {
  const request = {
    seed,
    gc: false,
    client: 1,
    root: 't',
    steps: updates.map((u) => ['u', hex(u)]),
    svs: [],
    merge: [],
  }
  return JSON.parse(await yoke.ask(JSON.stringify(request))).errors
}

let failed = 0
let rewritten = 0
let changed = 0
for (let seed = first; seed <= last; seed++) {
  const { update, marks, seen } = makeDocument(seed, -1)
  const forms = [update, repeatByYjs(update), unhex(await yrs.ask(hex(update)))]
  rewritten += Buffer.compare(Buffer.from(forms[1]), Buffer.from(forms[2])) === 0 ? 0 : 1
  const faults = []
  for (const one of forms) {
    const errors = await errorsOf(seed, [one, ...forms])
    if (errors.length > 0) faults.push(`repeated, and refused: ${JSON.stringify(errors)}`)
  }
  const other = makeDocument(seed, new Random(seed + 1e6).int(0, marks))
  if (other.seen !== seen) {
    changed++
    for (const one of forms) {
      const errors = await errorsOf(seed, [one, other.update])
      if (!JSON.stringify(errors).includes('CONFLICT'))
        faults.push(`changed, and taken: ${JSON.stringify(errors)}`)
    }
  }
  failed += faults.length > 0 ? 1 : 0
  for (const fault of faults) console.log(`FAIL seed ${seed}: ${fault}`)
}
yoke.child.stdin.end()
yrs.child.stdin.end()
console.log(`yrs wrote ${rewritten} of them anew; in ${changed} a value was changed`)
// A test of forms in which no form differs would hold nothing.
if (rewritten === 0 || changed === 0) {
  console.log('FAIL nothing to compare')
  failed++
}
console.log(`${last - first + 1 - Math.min(failed, last - first + 1)} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
