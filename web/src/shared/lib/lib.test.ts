import { describe, expect, test } from 'vitest'
import { errorText } from './api'
import { languageOf } from './file-names'
import { cleanName, initials } from './person'
import { RECENT_MAX, readRecent, withRecent } from './recent'
import { parseRoomId } from './room-id'

test('parseRoomId takes ids, links, and links inside a sentence', () => {
  expect(parseRoomId(' ab-CD_9 ')).toBe('ab-CD_9')
  expect(parseRoomId('https://tandem.example/r/abc123')).toBe('abc123')
  expect(parseRoomId('come to http://127.0.0.1:8000/r/abc123?x=1 now')).toBe('abc123')
  expect(parseRoomId('https://tandem.example/')).toBeNull()
  expect(parseRoomId('two words')).toBeNull()
  expect(parseRoomId('')).toBeNull()
})

describe('names', () => {
  test('are one clean line of at most 32 characters', () => {
    expect(cleanName('  Ada \n Lovelace ')).toBe('Ada Lovelace')
    expect(cleanName('a\u0000b\u202e')).toBe('a b')
    expect([...cleanName('😀'.repeat(50))]).toHaveLength(32)
    expect(cleanName(7)).toBe('')
  })

  test('give initials', () => {
    expect(initials('Ada Lovelace')).toBe('AL')
    expect(initials('bo')).toBe('B')
    expect(initials('')).toBe('?')
  })
})

describe('recent rooms', () => {
  test('newest first, once each, a known name is kept', () => {
    let list = withRecent([], { id: 'a', name: 'Alpha', at: 1 })
    list = withRecent(list, { id: 'b', name: '', at: 2 })
    list = withRecent(list, { id: 'a', name: '', at: 3 })
    expect(list.map((room) => [room.id, room.name])).toEqual([
      ['a', 'Alpha'],
      ['b', ''],
    ])
    for (let i = 0; i < 20; i += 1) list = withRecent(list, { id: `r${i}`, name: '', at: i })
    expect(list).toHaveLength(RECENT_MAX)
  })

  test('junk in storage is skipped', () => {
    expect(readRecent('x')).toEqual([])
    expect(readRecent([null, { id: '../x' }, { id: 'ok' }])).toEqual([
      { id: 'ok', name: '', at: 0 },
    ])
  })
})

test('errors of the API read as sentences', () => {
  expect(errorText({ detail: 'No such room.' }, 'f')).toBe('No such room.')
  expect(errorText({ detail: [{ loc: ['body'], msg: 'Too long.', type: 't' }] }, 'f')).toBe(
    'Too long.',
  )
  expect(errorText(null, 'f')).toBe('f')
})

test('what people call a file is no property of an object', () => {
  for (const name of ['__proto__', 'x.__proto__', 'x.constructor', 'toString']) {
    expect(languageOf(name)).toBe('plaintext')
  }
  expect(languageOf('a.PY')).toBe('python')
})
