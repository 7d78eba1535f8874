// Steps are edits written down, so that the same edit can be made in yjs and in yoke.
//   ['ti', path, at, text]  ['td', path, at, length]       text
//   ['ai', path, at, values]  ['ad', path, at, count]      array
//   ['ms', path, key, value]  ['mk', path, key]            map: set, delete
//   ['begin']  ['commit']  ['u', hex]                      transaction, received update
// A path is the name of a root followed by keys and indices. A value is {t: kind, ...}.
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'

export const hex = (bytes) => Buffer.from(bytes).toString('hex')
export const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'))

const WORDS = ['def ', 'x', '\n', '    ', 'print(', ')', 'a', 'b', ' ', 'é', '漢字', '😀', '👩‍👩‍👧', '𝄞x']

const anyHex = (value) => {
  const e = encoding.createEncoder()
  encoding.writeAny(e, value)
  return hex(encoding.toUint8Array(e))
}

// Yjs takes undefined and bigints in maps, not in arrays.
function randomValue(r, mayNest, inMap) {
  const kinds = ['int', 'int', 'double', 'string', 'true', 'false', 'null', 'any', 'bin', 'doc']
  if (inMap) kinds.push('undefined', 'big')
  if (mayNest) kinds.push('text', 'map', 'array', 'text', 'map', 'array')
  const t = r.pick(kinds)
  switch (t) {
    case 'int':
      return {
        t,
        v: r.pick([
          0,
          1,
          -1,
          63,
          64,
          -64,
          2147483647,
          -2147483647,
          2147483648,
          9007199254740991,
          r.int(-1e6, 1e6),
        ]),
      }
    case 'double':
      return { t, v: r.pick([0.5, 0.1, 1e300, -2.25, 3.0e-10, r.next()]) }
    case 'string':
      return { t, v: r.pick(WORDS) + r.int(0, 9) }
    case 'any': {
      const v = r.pick([[], {}, [1, [2, 'x']], { a: 1, b: { c: null } }, [r.int(0, 99)], { k: [true, 0.25] }])
      return { t, v, hex: anyHex(v) }
    }
    case 'bin':
      return { t, hex: r.pick(['', '00ff', '0102030405']) }
    case 'doc':
      return { t, v: 'sub' + r.int(0, 9) }
    case 'big':
      return { t, v: String(r.pick([0n, -5n, 1234567890123456789n])) }
    default:
      return { t }
  }
}

const yjsValue = (value) => {
  switch (value.t) {
    case 'true':
      return true
    case 'false':
      return false
    case 'null':
      return null
    case 'undefined':
      return undefined
    case 'bin':
      return unhex(value.hex)
    case 'big':
      return BigInt(value.v)
    case 'doc':
      return new Y.Doc({ guid: value.v })
    case 'text':
      return new Y.Text()
    case 'map':
      return new Y.Map()
    case 'array':
      return new Y.Array()
    default:
      return value.v
  }
}

export const ROOTS = { t: 'getText', m: 'getMap', a: 'getArray', x: 'getXmlFragment' }

function typeAt(doc, path) {
  let type = doc[ROOTS[path[0]]](path[0])
  for (const part of path.slice(1)) type = type.get(part)
  return type
}

export function applyStep(doc, step) {
  const type = typeAt(doc, step[1])
  switch (step[0]) {
    case 'ti':
      return type.insert(step[2], step[3])
    case 'td':
      return type.delete(step[2], step[3])
    case 'ai':
      return type.insert(step[2], step[3].map(yjsValue))
    case 'ad':
      return type.delete(step[2], step[3])
    case 'ms':
      return type.set(step[2], yjsValue(step[3]))
    case 'mk':
      return type.delete(step[2])
  }
}

function randomTextStep(r, path, text) {
  const len = text.length
  if (len > 0 && r.chance(0.35)) {
    const at = r.int(0, len - 1)
    return ['td', path, at, r.int(1, Math.min(len - at, 6))]
  }
  return ['ti', path, r.chance(0.4) ? len : r.int(0, len), r.pick(WORDS)]
}

function randomListStep(r, path, array, mayNest) {
  const len = array.length
  if (len > 0 && r.chance(0.3)) {
    const at = r.int(0, len - 1)
    return ['ad', path, at, r.int(1, Math.min(len - at, 3))]
  }
  const values = Array.from({ length: r.int(1, 3) }, () => randomValue(r, mayNest, false))
  return ['ai', path, r.int(0, len), values]
}

// One edit of the type at `path`, or of one nested in it.
function randomStepAt(r, path, type, depth) {
  if (type instanceof Y.Text) return randomTextStep(r, path, type)
  if (type instanceof Y.Array) {
    if (type.length > 0 && depth > 0 && r.chance(0.5)) {
      const at = r.int(0, type.length - 1)
      const child = type.get(at)
      if (child instanceof Y.AbstractType) return randomStepAt(r, [...path, at], child, depth - 1)
    }
    return randomListStep(r, path, type, depth > 0)
  }
  const key = r.pick(['k0', 'k1', 'é', ''])
  const child = type.get(key)
  if (child instanceof Y.AbstractType && depth > 0 && r.chance(0.6)) {
    return randomStepAt(r, [...path, key], child, depth - 1)
  }
  return type.has(key) && r.chance(0.25)
    ? ['mk', path, key]
    : ['ms', path, key, randomValue(r, depth > 0, true)]
}

export const randomStep = (r, doc, root) => randomStepAt(r, [root], typeAt(doc, [root]), 3)
