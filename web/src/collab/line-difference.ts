import { diffArrays } from 'diff'
import { type TextDifference, textDifference } from './text-difference'

/** Beyond so many changed lines a text is another text: all between the first and the last is one change. */
const CHANGED_LINES_MAX = 1_500

/** A run of lines of `before` that `after` has otherwise. Lines count from 0, with their ends. */
export interface LineChange {
  /** Where in `before`, and what goes there. */
  line: number
  removed: readonly string[]
  /** Where in `after`, and what comes there. */
  afterLine: number
  inserted: readonly string[]
}

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** What must change in `before` to have `after`, line by line; in order, none next to another. */
export function lineChanges(before: string, after: string): LineChange[] {
  const [from, to] = [linesOf(before), linesOf(after)]
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

/** One line against one line where as many come as go, so that each loses only what differs. */
function pairs({ removed, inserted }: LineChange): [string, string][] {
  if (removed.length !== inserted.length) return [[removed.join(''), inserted.join('')]]
  return removed.map((line, i) => [line, inserted[i] ?? ''])
}

/** The edits that make `after` of `before`, the last place first, so that none shifts another. */
export function lineEdits(before: string, after: string): TextDifference[] {
  const starts = [0]
  for (const line of linesOf(before)) starts.push((starts.at(-1) ?? 0) + line.length)
  const edits: TextDifference[] = []
  for (const change of lineChanges(before, after)) {
    let at = starts[change.line] ?? before.length
    for (const [old, wanted] of pairs(change)) {
      const edit = textDifference(old, wanted)
      if (edit) edits.push({ ...edit, at: at + edit.at })
      at += old.length
    }
  }
  return edits.reverse()
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
