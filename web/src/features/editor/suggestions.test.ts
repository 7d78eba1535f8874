import { expect, test } from 'vitest'
import { localSuggestions, readSuggestions } from './suggestions'

test('reads the answer of the server and drops what is not a suggestion', () => {
  const good = {
    label: 'print',
    insert_text: 'print($1)$0',
    kind: 'snippet',
    detail: 'd',
    replace: { start: 0, end: 4 },
  }
  const bad = [null, { label: 1 }, { label: '', insert_text: 'x' }]
  expect(readSuggestions({ suggestions: [good, ...bad] })).toEqual([
    {
      label: 'print',
      insertText: 'print($1)$0',
      kind: 'snippet',
      detail: 'd',
      replace: good.replace,
    },
  ])
  const odd = { label: 'x', insert_text: 'a\r\nb', replace: { start: 4, end: 1 } }
  expect(readSuggestions({ suggestions: [odd] })?.[0]).toMatchObject({
    insertText: 'a\nb',
    replace: null,
  })
  expect(readSuggestions({ detail: 'no' })).toBeNull()
})

test('without the server: snippets by prefix, then words of the text', () => {
  const labels = (prefix: string, code = '') => localSuggestions(code, prefix).map((s) => s.label)
  expect(labels('prin', 'printer = 1')).toEqual(['print', 'printer'])
  expect(labels('wh')).toEqual(['while'])
  expect(labels('')).toEqual([])
  expect(localSuggestions('', 'prin')[0]?.insertText).toBe('print($1)$0')
})
