import type * as Y from 'yjs'
import { UNSHOWN } from '../shared/lib/normal-text'

/**
 * A text as editors can show it. Byte order marks, the first half of CR LF and what is no letter
 * at all (pictures and the like of other programs) are in the document and not in the model; a
 * lone carriage return is a line break. So nothing that another client may write shifts an edit.
 */
export interface VisibleText {
  text: string
  /** Offsets in the document that are not shown, in order. */
  hidden: readonly number[]
  /** Is the document what is shown, unit for unit? */
  clean: boolean
}

export interface Cleaning {
  at: number
  remove: number
  insert: string
}

const NONE: readonly number[] = []
const BOM = '\ufeff'

/** Does an insert of a delta hold something that is not shown as it is? */
export function isUnshown(insert: unknown): boolean {
  return insert !== undefined && (typeof insert !== 'string' || UNSHOWN.test(insert))
}

export function visibleText(text: Y.Text): VisibleText {
  const plain = text.toString()
  if (plain.length === text.length && !UNSHOWN.test(plain)) {
    return { text: plain, hidden: NONE, clean: true }
  }
  const units = unitsOf(text)
  const hidden: number[] = []
  let shown = ''
  for (let at = 0; at < units.length; at += 1) {
    if (isHidden(units, at)) hidden.push(at)
    else shown += units[at] === '\r' ? '\n' : units[at]
  }
  return { text: shown, hidden, clean: false }
}

/** What makes the document equal to what is shown, as edits of it, last first. */
export function cleaningOf(text: Y.Text): Cleaning[] {
  const units = unitsOf(text)
  const edits: Cleaning[] = []
  for (let at = units.length - 1; at >= 0; at -= 1) {
    if (isHidden(units, at)) edits.push({ at, remove: 1, insert: '' })
    else if (units[at] === '\r') edits.push({ at, remove: 1, insert: '\n' })
  }
  return edits
}

/** Right behind the shown letter before it, and before what is hidden there. */
export function toDocument(hidden: readonly number[], offset: number): number {
  let at = offset
  for (const place of hidden) {
    if (place >= at) break
    at += 1
  }
  return at
}

export function toVisible(hidden: readonly number[], offset: number): number {
  let before = 0
  while (before < hidden.length && (hidden[before] ?? 0) < offset) before += 1
  return offset - before
}

/** One unit for one of the document; what is no letter counts as a byte order mark. */
function unitsOf(text: Y.Text): string {
  let units = ''
  for (const { insert } of text.toDelta() as { insert: unknown }[]) {
    units += typeof insert === 'string' ? insert : BOM
  }
  return units
}

const isHidden = (units: string, at: number) =>
  units[at] === BOM || (units[at] === '\r' && units[at + 1] === '\n')
