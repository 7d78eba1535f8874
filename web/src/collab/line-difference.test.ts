import { expect, test } from 'vitest'
import { countLines, lineChanges, lineEdits } from './line-difference'
import { seeded } from './testing'

function apply(text: string, edits: readonly { at: number; removed: string; inserted: string }[]) {
  let result = text
  for (const { at, removed, inserted } of edits) {
    expect(result.slice(at, at + removed.length)).toBe(removed)
    result = result.slice(0, at) + inserted + result.slice(at + removed.length)
  }
  return result
}

test('the first and the last line change, and nothing between is touched', () => {
  const before = 'one!\ntwo\nthree\nfour!'
  const after = 'one\ntwo\nthree\nfour'
  expect(lineEdits(before, after)).toEqual([
    { at: 19, removed: '!', inserted: '' },
    { at: 3, removed: '!', inserted: '' },
  ])
})

test('changes by lines, with their places in both texts', () => {
  expect(lineChanges('a\nb\nc\n', 'a\nB\nc\nd\n')).toEqual([
    { line: 1, removed: ['b'], afterLine: 1, inserted: ['B'] },
    { line: 3, removed: [], afterLine: 3, inserted: ['d'] },
  ])
  expect(lineChanges('two', 'two\n')).toEqual([
    { line: 1, removed: [], afterLine: 1, inserted: [''] },
  ])
  expect(lineChanges('same', 'same')).toEqual([])
  expect(countLines(lineChanges('a', 'a\nx\ny'))).toEqual({ added: 2, removed: 0 })
})

test('any two texts: the edits lead from one to the other', () => {
  const random = seeded(7)
  const words = ['a\n', 'b\n', '\n', 'def f():\n', '    x\n', 'z', '\u{1F600}', '\u{1F601}\n', ' ']
  const text = () =>
    Array.from({ length: Math.floor(random() * 12) }, () => words[Math.floor(random() * 9)]).join(
      '',
    )
  for (let i = 0; i < 3_000; i += 1) {
    const [before, after] = [text(), text()]
    expect(apply(before, lineEdits(before, after))).toBe(after)
  }
})

test('texts that have nothing in common cost little: one change between the ends they share', () => {
  const long = (word: string) =>
    `head\n${Array.from({ length: 20_000 }, (_, i) => `${word}${i}\n`).join('')}tail\n`
  const [before, after] = [long('x'), long('y')]
  expect(lineChanges(before, after)).toHaveLength(1)
  const edits = lineEdits(before, after)
  expect(apply(before, edits)).toBe(after)
})
