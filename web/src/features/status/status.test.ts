import { expect, test } from 'vitest'
import type { Peer } from '../../shared/store/roomSlice'
import { news } from './news'
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

test('news tells who came and went, and the connection', () => {
  const person = (clientId: number, name: string): Peer => {
    return { clientId, name, color: 0, self: clientId === 0, line: null }
  }
  const [me, ada, bo] = [person(0, 'Me'), person(1, 'Ada'), person(2, 'Bo')]
  const live = 'live' as const
  expect(news({ peers: [me], link: live }, { peers: [me, ada, bo], link: live })).toBe(
    'Ada, Bo joined.',
  )
  expect(news({ peers: [me, ada], link: live }, { peers: [me, bo], link: live })).toBe(
    'Bo joined. Ada left.',
  )
  const offline = { peers: [me], link: 'offline' as const }
  expect(news({ peers: [me, ada], link: live }, offline)).toBe('Offline. Keep typing.')
  expect(news(offline, { peers: [me, ada], link: live })).toBe('Connected.')
  expect(news(offline, offline)).toBe('')
})
