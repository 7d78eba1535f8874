import { expect, test } from 'vitest'
import type { Peer } from '../../shared/store/roomSlice'
import { news, stillHere } from './news'
import { statusWords } from './words'

test('the light in words', () => {
  const word = (...args: Parameters<typeof statusWords>) => statusWords(...args).word
  expect(word('connecting', false, 0)).toBe('Connecting')
  expect(word('live', false, 0)).toBe('Live')
  expect(word('live', true, 2)).toBe('Saving')
  expect(word('live', true, 0)).toBe('Saved')
  expect(word('offline', true, 0)).toBe('Offline')
  expect(word('offline', true, 1)).toBe('Offline, 1 edit waiting')
  expect(word('offline', true, 12)).toBe('Offline, 12 edits waiting')
})

test('news tells who came and went', () => {
  const person = (clientId: number, name: string, session: number | null = null): Peer => {
    const self = clientId === 0
    return {
      clientId,
      session,
      name,
      color: 0,
      self,
      role: '',
      file: 'main',
      line: null,
      idle: false,
      followsYou: false,
    }
  }
  const [me, ada, bo] = [person(0, 'Me'), person(1, 'Ada'), person(2, 'Bo')]
  expect(news([me], [me, ada, bo])).toBe('Ada and Bo joined.')
  expect(news([me, ada], [me, bo])).toBe('Bo joined. Ada left.')
  expect(news([me, ada], [me, person(9, 'Ada')])).toBe('')
  const many = ['A', 'B', 'C', 'D', 'E'].map((name, i) => person(10 + i, name))
  expect(news([me], [me, ...many])).toBe('A, B, C and 2 more joined.')
  expect(news([me, ada], [me, ada])).toBe('')
  // Sessions are numbered in the order of coming: who was here before us did not join now.
  const [self, first, later] = [person(0, 'Me', 5), person(1, 'Ada', 4), person(2, 'Bo', 6)]
  expect(news([], [self, first, later])).toBe('Bo joined.')
  // All come back after an outage, each with a new number and some later than others.
  const back = [person(0, 'Me', 8), person(2, 'Bo', 9)]
  expect(news(stillHere([self, first, later], back), back)).toBe('')
})
