import { expect, test } from 'vitest'
import openapi from '../../../../server/api/docs/openapi.json'
import { isBegun, isFinished } from './finished-word'
import { KINDS, kindName, localSuggestions, readSuggestions } from './suggestions'

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

test('every kind that the API can say has a place of its own; others are text', () => {
  const kinds = openapi.components.schemas.Suggestion.properties.kind.enum
  expect(kinds.length).toBeGreaterThan(5)
  for (const kind of kinds) expect(kindName(kind), kind).not.toBe('Text')
  expect(Object.keys(KINDS).sort()).toEqual([...kinds].sort())
  expect(kindName('enum')).toBe('Text')
  expect(kindName('toString')).toBe('Text')
})

/** The cursor is where the bar stands; the word is what stands before it. */
function typed(text: string) {
  const end = text.indexOf('|')
  const [word = ''] = /\w*$/.exec(text.slice(0, end)) ?? []
  return { code: text.replace('|', ''), start: end - word.length, end }
}

test('a word that is whole is finished: of Python, of the text, or one that is offered', () => {
  const finished = (text: string, ...offered: string[]) => isFinished(typed(text), new Set(offered))
  expect(finished('    break|')).toBe(true)
  expect(finished('from os import path|', 'PathLike', 'path')).toBe(true)
  expect(finished('total = 1\nx = total|')).toBe(true)
  expect(finished('x = total|\ntotal_count = 1')).toBe(false)
  expect(finished('mytotal = 1\nx = total|')).toBe(false)
  expect(finished('x = prin|', 'print')).toBe(false)
  expect(finished('x = |', 'print')).toBe(false)
})

test('Enter takes only what goes on with a word that is visibly begun', () => {
  const begun = (text: string, label: string, ...offered: string[]) =>
    isBegun(typed(text), label, new Set([label, ...offered]))
  expect(begun('prin|', 'print')).toBe(true)
  expect(begun('    fo|', 'for')).toBe(true)
  expect(begun('import os\nos.pa|', 'path')).toBe(true)
  expect(begun('@stat|', 'staticmethod')).toBe(true)
  // One letter, a name of two, the end of a word, a whole word, the list of a shorter word.
  expect(begun('b = a|', 'abs')).toBe(false)
  expect(begun('p|', 'print')).toBe(false)
  expect(begun('x = le|', 'len')).toBe(false)
  expect(begun('pri|nter', 'print')).toBe(false)
  expect(begun('break|', 'breakpoint')).toBe(false)
  expect(begun('print|', 'prin')).toBe(false)
  expect(begun('x = path|', 'PathLike')).toBe(false)
  expect(begun('from os import path|', 'pathsep', 'path')).toBe(false)
})
