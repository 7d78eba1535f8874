import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { applyOffsetEdits, deltaToEdits, movedOffset, type OffsetEdit, smallestEdit } from './delta'
import { seeded } from './testing'

const ALPHABET = ['a', 'b', '\n', '\r\n', 'é', '日本', '😀', '    ']

function randomText(random: () => number, length: number): string {
  let text = ''
  while (text.length < length) text += ALPHABET[Math.floor(random() * ALPHABET.length)] ?? ''
  return text
}

/** Yjs replaces a torn pair without telling its observers; editors do not tear pairs. */
function whole(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at
}

describe('deltaToEdits', () => {
  test('gives places in the text as it was', () => {
    const delta = [{ retain: 2 }, { insert: 'XY' }, { retain: 1 }, { delete: 2 }, { insert: 'Z' }]
    expect(deltaToEdits(delta)).toEqual([
      { at: 2, remove: 0, insert: 'XY' },
      { at: 3, remove: 2, insert: 'Z' },
    ])
  })

  test('applied to the old text gives the new one, for random transactions of Yjs', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = seeded(seed)
      const text = new Y.Doc().getText('t')
      text.insert(0, randomText(random, 30))
      let before = text.toString()
      text.observe((event) => {
        const after = applyOffsetEdits(before, deltaToEdits(event.delta))
        expect(after, `seed ${seed}`).toBe(text.toString())
        before = text.toString()
      })
      for (let round = 0; round < 10; round += 1) {
        text.doc?.transact(() => {
          for (let i = 0; i < 1 + random() * 6; i += 1) {
            const now = text.toString()
            const at = whole(now, Math.floor(random() * (text.length + 1)))
            const end = whole(now, Math.min(text.length, at + Math.floor(random() * 5)))
            if (random() < 0.5) text.insert(at, randomText(random, 1 + random() * 4))
            else text.delete(at, Math.max(0, end - at))
          }
        })
      }
    }
  })
})

describe('smallestEdit', () => {
  test('is null for equal texts and never cuts a pair in two', () => {
    expect(smallestEdit('same', 'same')).toBeNull()
    expect(smallestEdit('😀', '😁')).toEqual({ at: 0, remove: 2, insert: '😁' })
  })

  test('turns any text into any other', () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const random = seeded(seed)
      const from = randomText(random, random() * 12)
      const to = random() < 0.5 ? randomText(random, random() * 12) : `${from}x${from}`
      const edit = smallestEdit(from, to)
      expect(applyOffsetEdits(from, edit ? [edit] : []), `seed ${seed}`).toBe(to)
    }
  })
})

describe('movedOffset', () => {
  const at = (place: number, remove: number, insert: string): OffsetEdit => ({
    at: place,
    remove,
    insert,
  })
  const sides = (offset: number, ...edits: OffsetEdit[]) =>
    (['caret', 'start', 'end'] as const).map((side) => movedOffset(offset, edits, side))

  test('what is inserted right there comes behind a caret and outside a selection', () => {
    expect(sides(3, at(3, 0, 'xy'))).toEqual([3, 5, 3])
    expect(sides(3, at(0, 1, ''), at(3, 0, 'xy'))).toEqual([2, 4, 2])
  })

  test('edits before carry it on, edits behind do not', () => {
    expect(sides(3, at(0, 0, 'xy'))).toEqual([5, 5, 5])
    expect(sides(3, at(0, 2, ''))).toEqual([1, 1, 1])
    expect(sides(3, at(4, 2, 'xy'))).toEqual([3, 3, 3])
  })

  test('a caret at the end of what is replaced comes behind it, an edge stays outside', () => {
    expect(sides(3, at(1, 2, 'xyz'))).toEqual([4, 4, 1])
    expect(sides(3, at(3, 2, 'xyz'))).toEqual([3, 6, 3])
    expect(sides(3, at(1, 4, 'xyz'))).toEqual([1, 4, 1])
    expect(sides(3, at(1, 4, ''))).toEqual([1, 1, 1])
  })
})
