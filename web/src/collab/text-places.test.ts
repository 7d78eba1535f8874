import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { OffsetSelection } from './delta'
import { readPresence } from './presence'
import { packSelections, placesOf, SELECTIONS_JSON_MAX, selectionIn } from './text-places'

function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  return copy
}

function roomWith(content: string): { mine: Y.Text; other: Y.Text; meet: () => void } {
  const mine = new Y.Doc().getText('file:main')
  mine.insert(0, content)
  const other = copyOf(mine.doc as Y.Doc).getText('file:main')
  const meet = () => {
    Y.applyUpdate(mine.doc as Y.Doc, Y.encodeStateAsUpdate(other.doc as Y.Doc))
    Y.applyUpdate(other.doc as Y.Doc, Y.encodeStateAsUpdate(mine.doc as Y.Doc))
  }
  return { mine, other, meet }
}

describe('what another inserts', () => {
  const cases: [string, OffsetSelection, number, OffsetSelection][] = [
    ['at a caret comes behind it', { anchor: 2, head: 2 }, 2, { anchor: 2, head: 2 }],
    ['at a caret at the start', { anchor: 0, head: 0 }, 0, { anchor: 0, head: 0 }],
    ['at a caret at the end', { anchor: 4, head: 4 }, 4, { anchor: 4, head: 4 }],
    ['before a caret carries it on', { anchor: 2, head: 2 }, 1, { anchor: 5, head: 5 }],
    ['at the start of a selection', { anchor: 1, head: 3 }, 1, { anchor: 4, head: 6 }],
    ['at the end of a selection', { anchor: 1, head: 3 }, 3, { anchor: 1, head: 3 }],
    ['at the end of all that is selected', { anchor: 0, head: 4 }, 4, { anchor: 0, head: 4 }],
    ['at the start of a backward one', { anchor: 3, head: 1 }, 1, { anchor: 6, head: 4 }],
    ['at the end of a backward one', { anchor: 3, head: 1 }, 3, { anchor: 3, head: 1 }],
  ]
  test.each(cases)('%s', (_words, before, at, after) => {
    const { mine, other, meet } = roomWith('abcd')
    const told = readPresence({ selections: packSelections(mine, [before]) })?.selections[0]
    const kept = placesOf(mine, before)
    other.insert(at, 'XYZ')
    meet()
    expect(told && selectionIn(other, told), 'as others see it').toEqual(after)
    expect(selectionIn(mine, kept), 'as it is kept').toEqual(after)
  })
})

describe('a caret of another', () => {
  const caretOf = (text: Y.Text, offset: number) => {
    const places = placesOf(text, { anchor: offset, head: offset })
    const clientId = text.doc?.clientID ?? 0
    return { places, writer: { clientId, clock: Y.getState((text.doc as Y.Doc).store, clientId) } }
  }

  test('goes along with what they type before they tell so', () => {
    const { mine, other, meet } = roomWith('abcd')
    mine.insert(2, 'x')
    const { places, writer } = caretOf(mine, 3)
    mine.insert(3, 'y')
    mine.insert(4, '\n    ')
    meet()
    expect(selectionIn(other, places, writer)).toEqual({ anchor: 9, head: 9 })
  })

  test('goes along at the start of a text, and over what was selected', () => {
    const { mine, other, meet } = roomWith('abcd')
    const atStart = caretOf(mine, 0)
    const selected = placesOf(mine, { anchor: 3, head: 1 })
    const { writer } = atStart
    mine.insert(0, '#')
    mine.delete(2, 2)
    mine.insert(2, 'XY')
    meet()
    expect(other.toString()).toBe('#aXYd')
    expect(selectionIn(other, atStart.places, writer)).toEqual({ anchor: 1, head: 1 })
    expect(selectionIn(other, selected, writer)).toEqual({ anchor: 4, head: 4 })
  })

  test('stays before what others write, and before what they themselves wrote earlier', () => {
    const { mine, other, meet } = roomWith('abcd')
    const { places, writer } = caretOf(mine, 2)
    mine.insert(0, 'new ')
    other.insert(2, 'theirs')
    meet()
    expect(selectionIn(other, places, writer)).toEqual({ anchor: 6, head: 6 })
  })
})

test('packed selections read back, and never pass the limit of the server', () => {
  const doc = new Y.Doc()
  const text = doc.getText('file:main')
  text.insert(0, 'x'.repeat(100_000))
  const wide = Array.from({ length: 40 }, (_, i) => ({ anchor: 90_000 + i, head: 99_000 + i }))
  const packed = packSelections(text, wide)
  expect(JSON.stringify(packed).length).toBeLessThanOrEqual(SELECTIONS_JSON_MAX + 2)
  const carets = [
    { anchor: 5, head: 5 },
    { anchor: 100_000, head: 7 },
  ]
  const read = readPresence({ selections: packSelections(text, carets) })?.selections ?? []
  const index = (p: Y.RelativePosition) =>
    Y.createAbsolutePositionFromRelativePosition(p, doc)?.index
  expect(read.map((s) => ({ anchor: index(s.anchor), head: index(s.head) }))).toEqual(carets)
})
