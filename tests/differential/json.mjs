import * as Y from 'yjs'

const base64 = (bytes) => Buffer.from(bytes).toString('base64')

// A value as yoke_value_json writes it: what JSON lacks is replaced.
export function asJson(v) {
  if (v === undefined || v === null) return null
  if (typeof v === 'bigint') return v.toString()
  if (typeof v === 'number') return Number.isFinite(v) ? (v === 0 ? 0 : v) : null
  if (v instanceof Uint8Array) return base64(v)
  if (v instanceof Y.Doc) return v.guid
  // Half a pair of surrogates is U+FFFD in yoke.
  if (typeof v === 'string') return v.toWellFormed()
  if (v instanceof Y.XmlElement || v instanceof Y.XmlFragment || v instanceof Y.Text)
    return v.toString().toWellFormed()
  if (v instanceof Y.Array) return v.toArray().map(asJson)
  if (v instanceof Y.Map) return Object.fromEntries([...v.entries()].map(([k, x]) => [k, asJson(x)]))
  if (Array.isArray(v)) return v.map(asJson)
  if (typeof v === 'object') return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, asJson(x)]))
  return v
}
