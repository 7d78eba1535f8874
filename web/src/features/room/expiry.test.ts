import { expect, test } from 'vitest'
import { expiryWords } from './expiry'

test('when a room goes, in words', () => {
  const now = Date.parse('2026-01-01T12:00:00Z')
  expect(expiryWords('2026-01-31T12:00:00Z', now)).toMatch(
    /deleted after 30 days without a visit, on .*2026/,
  )
  expect(expiryWords('2026-01-02T09:00:00Z', now)).toMatch(/deleted after a day without a visit/)
  expect(expiryWords(null, now)).toBe('This room stays until it is deleted.')
  expect(expiryWords(undefined, now)).toBe('')
  expect(expiryWords('soon', now)).toBe('')
})
