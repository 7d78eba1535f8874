/** Pure translations between Yjs text deltas and edits of a flat text. Offsets are UTF-16. */
export interface OffsetEdit {
  /** Where in the text as it was before any edit of the batch. */
  at: number
  remove: number
  insert: string
}

/** Of text that somebody selected; a caret where both are one. */
export interface OffsetSelection {
  anchor: number
  head: number
}

export interface DeltaOp {
  retain?: number | undefined
  delete?: number | undefined
  insert?: unknown
}

/** Edits in pre-edit coordinates: retain and delete move on, insert does not. */
export function deltaToEdits(delta: readonly DeltaOp[]): OffsetEdit[] {
  const edits: OffsetEdit[] = []
  let offset = 0
  let open: OffsetEdit | null = null
  for (const op of delta) {
    if (op.retain !== undefined) {
      offset += op.retain
      open = null
      continue
    }
    if (open === null) {
      open = { at: offset, remove: 0, insert: '' }
      edits.push(open)
    }
    if (typeof op.insert === 'string') open.insert += op.insert
    if (op.delete !== undefined) {
      open.remove += op.delete
      offset += op.delete
    }
  }
  return edits.filter((edit) => edit.remove > 0 || edit.insert !== '')
}

/** A caret, or an edge of a selection: it decides where a text stands that is inserted right there. */
export type Side = 'caret' | 'start' | 'end'

/**
 * Where a place of this person's is after edits of others, which are sorted and do not touch each
 * other. What is inserted at the place comes behind a caret and outside a selection; a caret at the
 * end of what is replaced comes behind the replacement.
 */
export function movedOffset(offset: number, edits: readonly OffsetEdit[], side: Side): number {
  let shift = 0
  for (const { at, remove, insert } of edits) {
    const end = at + remove
    if (at > offset) break
    if (end < offset) shift += insert.length - remove
    else {
      const behind = side === 'start' || (side === 'caret' && remove > 0 && end === offset)
      return at + shift + (behind ? insert.length : 0)
    }
  }
  return offset + shift
}

export function applyOffsetEdits(text: string, edits: readonly OffsetEdit[]): string {
  let result = text
  for (const edit of [...edits].sort((a, b) => b.at - a.at)) {
    result = result.slice(0, edit.at) + edit.insert + result.slice(edit.at + edit.remove)
  }
  return result
}

/** The one edit that turns `from` into `to`, without splitting a surrogate pair; null if equal. */
export function smallestEdit(from: string, to: string): OffsetEdit | null {
  if (from === to) return null
  const shortest = Math.min(from.length, to.length)
  let start = 0
  while (start < shortest && from.charCodeAt(start) === to.charCodeAt(start)) start += 1
  if (start > 0 && isHighSurrogate(from.charCodeAt(start - 1))) start -= 1
  let end = 0
  while (
    end < shortest - start &&
    from.charCodeAt(from.length - 1 - end) === to.charCodeAt(to.length - 1 - end)
  ) {
    end += 1
  }
  if (end > 0 && isLowSurrogate(from.charCodeAt(from.length - end))) end -= 1
  return { at: start, remove: from.length - end - start, insert: to.slice(start, to.length - end) }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
