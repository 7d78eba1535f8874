import { expect, test } from 'vitest'
import { textDifference } from './text-difference'

test('one edit leads from one text to the other', () => {
  expect(textDifference('abc', 'abc')).toBeNull()
  expect(textDifference('abc', 'axc')).toEqual({ at: 1, removed: 'b', inserted: 'x' })
  expect(textDifference('aaa', 'aa')).toEqual({ at: 2, removed: 'a', inserted: '' })
  expect(textDifference('', 'x')).toEqual({ at: 0, removed: '', inserted: 'x' })
  expect(textDifference('abab', 'ab')).toEqual({ at: 2, removed: 'ab', inserted: '' })
})

test('no surrogate pair is torn', () => {
  // The first halves are equal, or the second halves are.
  expect(textDifference('\u{1F600}', '\u{1F601}')).toEqual({
    at: 0,
    removed: '\u{1F600}',
    inserted: '\u{1F601}',
  })
  expect(textDifference('a\u{1F600}', 'a\u{1FA00}')).toEqual({
    at: 1,
    removed: '\u{1F600}',
    inserted: '\u{1FA00}',
  })
  expect(textDifference('x\u{1F600}', 'x\u{1F600}\u{1F601}')).toEqual({
    at: 3,
    removed: '',
    inserted: '\u{1F601}',
  })
})
