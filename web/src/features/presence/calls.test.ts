import { expect, test } from 'vitest'
import { hereWords } from './calls'

const people = (...here: boolean[]) => here.map((followsYou) => ({ followsYou }))

test('who called is told how many are here', () => {
  expect(hereWords(people(true, false, true))).toBe('2 of 3 here.')
  expect(hereWords(people(true, true))).toBe('All 2 are here.')
  expect(hereWords(people(true))).toBe('The other one is here.')
  expect(hereWords(people(false))).toBe('0 of 1 here.')
})
