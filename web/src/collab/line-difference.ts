import { diffArrays } from 'diff'
import { type TextDifference, textDifference } from './text-difference'

/** Beyond so many changed lines a text is another text: all between the first and the last is one change. */
const CHANGED_LINES_MAX = 1_500

/** A run of lines of `before` that `after` has otherwise. Lines count from 0, without their ends. */
export interface LineChange {
  /** Where in `before`, and what goes there. */
  line: number
  removed: readonly string[]
  /** Where in `after`, and what comes there. */
  afterLine: number
  inserted: readonly string[]
}

/** What must change in `before` to have `after`, line by line; in order, none next to another. */
export function lineChanges(before: string, after: string): LineChange[] {
  const [from, to] = [before.split('\n'), after.split('\n')]
  const parts = diffArrays(from, to, { maxEditLength: CHANGED_LINES_MAX })
  if (!parts) return [wholeChange(from, to)]
  const changes: LineChange[] = []
  let [line, afterLine] = [0, 0]
  let open: { line: number; removed: string[]; afterLine: number; inserted: string[] } | null = null
  for (const { added, removed, value } of parts) {
    if (!added && !removed) open = null
    else if (open === null) {
      open = { line, removed: [], afterLine, inserted: [] }
      changes.push(open)
    }
    if (removed) open?.removed.push(...value)
    if (added) open?.inserted.push(...value)
    if (!added) line += value.length
    if (!removed) afterLine += value.length
  }
  return changes
}

function wholeChange(from: string[], to: string[]): LineChange {
  const shorter = Math.min(from.length, to.length)
  let start = 0
  while (start < shorter && from[start] === to[start]) start += 1
  let end = 0
  while (end < shorter - start && from.at(-1 - end) === to.at(-1 - end)) end += 1
  return {
    line: start,
    removed: from.slice(start, from.length - end),
    afterLine: start,
    inserted: to.slice(start, to.length - end),
  }
}

/** The edits that make `after` of `before`, the last place first, so that none shifts another. */
export function lineEdits(before: string, after: string): TextDifference[] {
  const starts = [0]
  for (const line of before.split('\n')) starts.push((starts.at(-1) ?? 0) + line.length + 1)
  const edits: TextDifference[] = []
  for (const { line, removed, inserted } of lineChanges(before, after)) {
    const at = starts[line] ?? before.length + 1
    if (removed.length === inserted.length) {
      // One line against one line, so that each loses only what differs.
      removed.forEach((old, i) => {
        const edit = textDifference(old, inserted[i] ?? '')
        if (edit) edits.push({ ...edit, at: (starts[line + i] ?? 0) + edit.at })
      })
    } else edits.push(...runEdit(before, at, removed, inserted))
  }
  return edits.reverse()
}

/** Whole lines come or go with the line feed that parts them from the others. */
function runEdit(
  text: string,
  at: number,
  removed: readonly string[],
  inserted: readonly string[],
): TextDifference[] {
  const [old, wanted] = [removed.join('\n'), inserted.join('\n')]
  if (removed.length > 0 && inserted.length > 0) {
    const edit = textDifference(old, wanted)
    return edit ? [{ ...edit, at: at + edit.at }] : []
  }
  if (removed.length > 0) {
    const last = at + old.length >= text.length
    return [{ at: last ? at - 1 : at, removed: last ? `\n${old}` : `${old}\n`, inserted: '' }]
  }
  const last = at > text.length
  return [{ at: last ? at - 1 : at, removed: '', inserted: last ? `\n${wanted}` : `${wanted}\n` }]
}

/** How many lines come and go. */
export function countLines(changes: readonly LineChange[]): { added: number; removed: number } {
  let [added, removed] = [0, 0]
  for (const change of changes) {
    added += change.inserted.length
    removed += change.removed.length
  }
  return { added, removed }
}
