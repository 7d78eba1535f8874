import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { GatheredUpdates } from './gathered-updates'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp() {
  const written: Uint8Array[] = []
  const gathered = new GatheredUpdates((update) => written.push(update), {
    ownMs: 50,
    othersMs: 1_000,
  })
  const doc = new Y.Doc()
  let own = false
  doc.on('update', (update: Uint8Array) => gathered.add(update, own))
  const type = (text: string, byUs: boolean) => {
    own = byUs
    doc.getText('t').insert(doc.getText('t').length, text)
  }
  const stored = () => {
    const copy = new Y.Doc()
    for (const update of written) Y.applyUpdate(copy, update)
    return copy.getText('t').toString()
  }
  return { written, gathered, type, stored }
}

test('what others type is written together, and no later than the wait', () => {
  const { written, type, stored } = setUp()
  for (const letter of 'abc') type(letter, false)
  vi.advanceTimersByTime(999)
  expect(written).toHaveLength(0)
  vi.advanceTimersByTime(1)
  expect(written).toHaveLength(1)
  expect(stored()).toBe('abc')
  vi.advanceTimersByTime(5_000)
  expect(written).toHaveLength(1)
})

test('what is typed here is written soon, after what it builds on', () => {
  const { written, type, stored } = setUp()
  type('a', false)
  type('b', true)
  vi.advanceTimersByTime(40)
  type('c', true)
  expect(written).toHaveLength(0)
  vi.advanceTimersByTime(10)
  expect(written).toHaveLength(1)
  expect(stored()).toBe('abc')
  type('d', true)
  type('e', false)
  vi.advanceTimersByTime(50)
  expect(stored()).toBe('abcde')
  vi.advanceTimersByTime(5_000)
  expect(written).toHaveLength(2)
})

test('a page that goes away writes what waits', () => {
  const { gathered, type, stored } = setUp()
  type('a', false)
  gathered.flush()
  expect(stored()).toBe('a')
})

test('what is dropped is never written', () => {
  const { written, gathered, type } = setUp()
  type('a', true)
  type('b', false)
  gathered.drop()
  gathered.flush()
  vi.advanceTimersByTime(2_000)
  expect(written).toEqual([])
})
