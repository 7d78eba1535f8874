import { expect, test } from 'vitest'
import { backoffMs } from './backoff'

test('doubles from 0.3 s to 10 s, never less than half of it', () => {
  expect(backoffMs(0, 1)).toBe(300)
  expect(backoffMs(0, 0)).toBe(150)
  expect(backoffMs(1, 1)).toBe(600)
  expect(backoffMs(5, 1)).toBe(9600)
  expect(backoffMs(6, 1)).toBe(10_000)
  expect(backoffMs(5000, 0)).toBe(5_000)
})
