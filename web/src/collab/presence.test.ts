import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { personClass } from '../shared/lib/person-class'
import {
  freeColor,
  markRepeatedColors,
  readPresence,
  readRelativePosition,
  SELECTIONS_MAX,
} from './presence'
import { seeded } from './testing'

const position = { tname: 'file:main', assoc: 0 }

describe('readPresence', () => {
  test('reads what we write', () => {
    const text = new Y.Doc().getText('file:main')
    text.insert(0, 'hello')
    const json = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, 2))
    const presence = readPresence({
      user: { name: 'Ada', color_index: 9 },
      file: 'main',
      selections: [{ anchor: json, head: json }],
    })
    expect(presence).toMatchObject({ name: 'Ada', color: 9, file: 'main' })
    const head = presence?.selections[0]?.head
    expect(
      head && text.doc && Y.createAbsolutePositionFromRelativePosition(head, text.doc)?.index,
    ).toBe(2)
  })

  test('makes harmless what strangers send', () => {
    const name = `  Eve\u202e\n<b>${'x'.repeat(100)}`
    const presence = readPresence({
      user: { name, color_index: -1 },
      file: 7,
      selections: Array(100).fill({ anchor: position, head: position }),
    })
    expect(presence?.name).toBe(`Eve <b>${'x'.repeat(25)}`)
    expect(presence?.color).toBe(0)
    expect(presence?.file).toBe('main')
    expect(presence?.selections).toHaveLength(SELECTIONS_MAX)
    expect(readPresence('text')).toBeNull()
    expect(readPresence({ selections: 'none' })?.name).toBe('Guest')
  })

  test('never throws, whatever the shape', () => {
    const random = seeded(7)
    const junk = (depth: number): unknown => {
      const pick = Math.floor(random() * (depth > 0 ? 9 : 7))
      if (pick === 7) return Array.from({ length: 3 }, () => junk(depth - 1))
      if (pick < 8) return [null, undefined, -1, 1e99, '', 'x', Number.NaN][pick]
      const keys = [
        'user',
        'name',
        'selections',
        'anchor',
        'head',
        'item',
        'client',
        'clock',
        'tname',
      ]
      return Object.fromEntries(keys.map((key) => [key, junk(depth - 1)]))
    }
    for (let i = 0; i < 2_000; i += 1) expect(() => readPresence(junk(5))).not.toThrow()
  })
})

test('readRelativePosition wants every part right', () => {
  expect(readRelativePosition(position)?.tname).toBe('file:main')
  expect(readRelativePosition({ item: { client: 1, clock: 2 } })?.item?.clock).toBe(2)
  expect(readRelativePosition({ item: { client: -1, clock: 2 } })).toBeNull()
  expect(readRelativePosition({ tname: 'x'.repeat(300) })).toBeNull()
  expect(readRelativePosition({})).toBeNull()
})

test('freeColor is the lowest nobody has, then goes on', () => {
  expect(freeColor([])).toBe(0)
  expect(freeColor([0, 2, 1])).toBe(3)
  expect(freeColor([0, 1, 2, 3, 4, 5, 6, 7])).toBe(8)
})

test('from the ninth person on colours repeat, and whoever came first keeps the plain one', () => {
  const colors = (members: { color: number; session: number | null; person?: number }[]) =>
    markRepeatedColors(members.map((member) => ({ person: null, ...member }))).map(
      (member) => member.color,
    )
  const late = { color: 3, session: 9 }
  const early = { color: 3, session: 2 }
  expect(colors([late, early, { color: 1, session: 5 }])).toEqual([11, 3, 1])
  expect(colors([early, late])).toEqual([3, 11])
  expect(colors([{ color: 3, session: null }, late])).toEqual([11, 3])
  // Two windows of one person are one colour, and the next one is told apart from both.
  const tabs = [2, 4].map((session) => ({ color: 3, session, person: 77 }))
  expect(colors([...tabs, late])).toEqual([3, 3, 11])
  // A class of thirty: each has a mark of their own.
  const many = Array.from({ length: 30 }, (_, i) => ({ color: i % 8, session: i, person: i }))
  expect(new Set(colors(many).map(personClass)).size).toBe(30)
})
