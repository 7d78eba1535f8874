export interface TextDifference {
  /** UTF-16 units from the start. */
  at: number
  removed: string
  inserted: string
}

const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff

/** The one edit that makes `after` of `before`, without tearing surrogate pairs; null: equal. */
export function textDifference(before: string, after: string): TextDifference | null {
  if (before === after) return null
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  // Two pairs may share their first half.
  if (isLowSurrogate(before.charCodeAt(start)) || isLowSurrogate(after.charCodeAt(start))) {
    start = Math.max(0, start - 1)
  }
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++
  if (end > 0 && isLowSurrogate(before.charCodeAt(before.length - end))) end--
  return {
    at: start,
    removed: before.slice(start, before.length - end),
    inserted: after.slice(start, after.length - end),
  }
}
