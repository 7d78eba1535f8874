import * as Y from 'yjs'
import type { OffsetSelection, Side } from './delta'
import { type PresenceSelection, SELECTIONS_MAX } from './presence'

/** The server takes states of 2,048 bytes; the rest is for name, file and view. */
export const SELECTIONS_JSON_MAX = 1_300

/** Whose place it is, and how much they had written when they told it. */
export interface Writer {
  clientId: number
  clock: number
}

/**
 * A place that stays with the letter before it, or at the start of a selection with the letter
 * behind it: so what another inserts right there comes behind a caret and outside a selection.
 */
export function placeAt(text: Y.Text, offset: number, side: Side): Y.RelativePosition {
  return Y.createRelativePositionFromTypeIndex(text, offset, side === 'start' ? 0 : -1)
}

export function placesOf(text: Y.Text, { anchor, head }: OffsetSelection): PresenceSelection {
  if (anchor === head) {
    const caret = placeAt(text, head, 'caret')
    return { anchor: caret, head: caret }
  }
  const [first, last] = [
    placeAt(text, Math.min(anchor, head), 'start'),
    placeAt(text, Math.max(anchor, head), 'end'),
  ]
  return anchor < head ? { anchor: first, head: last } : { anchor: last, head: first }
}

/** A place in the text it belongs to; null for one that is gone or of another text. */
export function offsetIn(text: Y.Text, place: Y.RelativePosition): number | null {
  if (!text.doc) return null
  try {
    const found = Y.createAbsolutePositionFromRelativePosition(place, text.doc)
    return found?.type === text ? found.index : null
  } catch {
    // Well formed, but about something that is not a text of this document.
    return null
  }
}

/**
 * Where a selection stands. Letters come before the news of the caret behind them: what its writer
 * typed on since lies before the caret already.
 */
export function selectionIn(
  text: Y.Text,
  places: PresenceSelection,
  writer?: Writer,
): OffsetSelection | null {
  const anchor = offsetIn(text, places.anchor)
  const head = offsetIn(text, places.head)
  if (anchor === null || head === null) return null
  if (anchor !== head || !writer) return { anchor, head }
  const caret = head + typedSince(text, places.head, writer)
  return { anchor: caret, head: caret }
}

/** How many units right behind a place are newer than its news, and by the same writer. */
function typedSince(text: Y.Text, place: Y.RelativePosition, writer: Writer): number {
  if (!text.doc || Y.getState(text.doc.store, writer.clientId) <= writer.clock) return 0
  let typed = 0
  let { item, skip } = itemBehind(text, place)
  for (; item; item = item.right, skip = 0) {
    if (item.deleted || !item.countable) continue
    if (item.id.client !== writer.clientId || item.id.clock + skip < writer.clock) break
    typed += item.length - skip
  }
  return typed
}

function itemBehind(
  text: Y.Text,
  place: Y.RelativePosition,
): { item: Y.Item | null; skip: number } {
  if (!place.item || !text.doc) return { item: place.assoc < 0 ? text._start : null, skip: 0 }
  const item = Y.getItem(text.doc.store, place.item)
  if (!(item instanceof Y.Item)) return { item: null, skip: 0 }
  const skip = place.item.clock - item.id.clock + (place.assoc < 0 ? 1 : 0)
  return skip < item.length ? { item, skip } : { item: item.right, skip: 0 }
}

export function packPlace(text: Y.Text, offset: number, side: Side): unknown {
  const { item, type, tname, assoc } = placeAt(text, offset, side)
  const left = assoc < 0 ? { assoc } : {}
  // An item knows its text; only the ends of a text need the text's name.
  if (item) return { item: { client: item.client, clock: item.clock }, ...left }
  return type ? { type: { client: type.client, clock: type.clock }, ...left } : { tname, ...left }
}

/** Offsets as what travels: a bare caret is a head alone; as many as fit, the first ones first. */
export function packSelections(text: Y.Text, selections: readonly OffsetSelection[]): unknown[] {
  const packed: unknown[] = []
  let room = SELECTIONS_JSON_MAX
  for (const { anchor, head } of selections.slice(0, SELECTIONS_MAX)) {
    const selection: Record<string, unknown> = {}
    if (anchor === head) selection.head = packPlace(text, head, 'caret')
    else {
      selection.head = packPlace(text, head, head < anchor ? 'start' : 'end')
      selection.anchor = packPlace(text, anchor, anchor < head ? 'start' : 'end')
    }
    room -= JSON.stringify(selection).length + 1
    if (room < 0) break
    packed.push(selection)
  }
  return packed
}
