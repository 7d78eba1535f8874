import { expect, test } from 'vitest'
import { parseRoute } from './router'

test('two routes, and everything else is lost', () => {
  expect(parseRoute('/')).toEqual({ page: 'home' })
  expect(parseRoute('/r/abc-123')).toEqual({ page: 'room', id: 'abc-123' })
  expect(parseRoute('/r/abc-123/')).toEqual({ page: 'room', id: 'abc-123' })
  for (const path of ['/r/', '/r/a/b', '/x', '/r/%zz', '/r/..%2fx']) {
    expect(parseRoute(path)).toEqual({ page: 'lost' })
  }
})
