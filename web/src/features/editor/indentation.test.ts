import { expect, test, vi } from 'vitest'

vi.mock('../../shared/monaco/monaco', () => ({ monaco: {} }))
const { disagrees } = await import('./indentation')

test('lines that are indented otherwise are noticed', () => {
  const four = { tabs: false, size: 4 }
  expect(disagrees('\n    ', four)).toBe(false)
  expect(disagrees('if x:\n        y', four)).toBe(false)
  expect(disagrees('\n  y', four)).toBe(true)
  expect(disagrees('def f():\n\ty', four)).toBe(true)
  expect(disagrees('\t', four)).toBe(true)
  expect(disagrees('a \t b', four)).toBe(false)
  const tab = { tabs: true, size: 4 }
  expect(disagrees('\n\t\ty', tab)).toBe(false)
  expect(disagrees('\n    y', tab)).toBe(true)
})
