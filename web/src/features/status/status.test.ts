import { expect, test } from 'vitest'
import { peopleOf } from '../../shared/store/people'
import type { Peer } from '../../shared/store/roomSlice'
import { news, stillHere } from './news'
import { lightOf, type Seen } from './words'

test('the light says what is worst, and nothing better than what is known', () => {
  const fine: Seen = {
    link: 'live',
    confirms: true,
    waiting: 0,
    problem: null,
    unsaved: null,
    readOnly: false,
    kept: true,
    full: false,
  }
  const light = (seen: Partial<Seen>) => {
    const { tone, word } = lightOf({ ...fine, ...seen })
    return `${tone}: ${word}`
  }
  expect(light({ link: 'connecting' })).toBe('busy: Connecting')
  expect(light({ confirms: false })).toBe('ok: Live')
  expect(light({ waiting: 1 })).toBe('busy: Saving')
  expect(light({ waiting: 7 })).toBe('busy: Saving 7')
  expect(light({})).toBe('ok: Saved')
  expect(light({ link: 'offline' })).toBe('warn: Offline')
  expect(light({ link: 'offline', waiting: 1 })).toBe('warn: Offline, 1 edit waiting')
  expect(light({ link: 'offline', waiting: 12 })).toBe('warn: Offline, 12 edits waiting')
  expect(light({ readOnly: true })).toBe('ok: Read-only')
  // A server that cannot write is no calm "Saving".
  const why = 'The disk is full.'
  expect(light({ waiting: 3, unsaved: { kind: 'full', why } })).toBe('warn: Not saved: server full')
  expect(light({ unsaved: { kind: 'refused', why } })).toBe('warn: Not saved: refused')
  expect(light({ waiting: 1, unsaved: { kind: 'slow', why } })).toBe('warn: Not saved: no answer')
  expect(lightOf({ ...fine, unsaved: { kind: 'full', why } }).detail).toBe(why)
  // A room that is gone is not connecting, nor offline, whatever the link does.
  for (const link of ['connecting', 'offline', 'live', 'closed'] as const) {
    expect(light({ link, problem: 'deleted' })).toBe('warn: Gone')
  }
  expect(light({ link: 'closed' })).toBe('warn: Gone')
  expect(light({ link: 'offline', unsaved: { kind: 'full', why } })).toBe('warn: Offline')
})

test('news tells who came and went', () => {
  const person = (
    clientId: number,
    name: string,
    session: number | null = null,
    author: number | null = null,
  ): Peer => {
    const self = clientId === 0
    return {
      clientId,
      session,
      name,
      color: 0,
      self,
      person: author,
      away: false,
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
  // A second window of somebody, or of oneself, is nobody new, and nobody leaves with it.
  const [own, tab] = [person(0, 'Me', 5, 50), person(7, 'Me', 9, 50)]
  const [cleo, second] = [person(8, 'Cleo', 6, 60), person(9, 'Cleo', 8, 60)]
  expect(news([own, cleo], [own, cleo, second, tab])).toBe('')
  expect(news([own, cleo, second, tab], [own, second])).toBe('')
  expect(news([own, cleo, second], [own])).toBe('Cleo left.')
  expect(peopleOf([own, cleo, second, tab]).map(({ peer, tabs }) => [peer.name, tabs])).toEqual([
    ['Me', 2],
    ['Cleo', 2],
  ])
})
