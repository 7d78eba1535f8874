import { expect, test } from 'vitest'
import { lineLink, messageParts, nameLines } from './message-parts'

const short = (text: string) =>
  messageParts(text).map((part) =>
    part.kind === 'lines'
      ? `lines:${part.link.file}:${part.link.from}-${part.link.to}`
      : `${part.kind}:${part.text}`,
  )

test('text stays text', () => {
  expect(short('')).toEqual([])
  expect(short('a <b>&\nc #Lx #L0 a#L1 ##L2 L3')).toEqual([
    'text:a <b>&\nc #Lx ',
    'text:#L0',
    'text: a#L1 ##L2 L3',
  ])
  expect(short('at 10:30, 1.5:3, x[1:2], a.b: c, f:1 and main.py')).toEqual([
    'text:at 10:30, 1.5:3, x[1:2], a.b: c, f:1 and main.py',
  ])
})

test('code spans and blocks', () => {
  expect(short('use `x = 1` here')).toEqual(['text:use ', 'code:x = 1', 'text: here'])
  expect(short('```python\nfor i in x:\n    `a`\n```\nok')).toEqual([
    'block:for i in x:\n    `a`',
    'text:\nok',
  ])
  expect(short('``` one ```')).toEqual(['block: one '])
  expect(short('a ` b')).toEqual(['text:a ` b'])
  expect(short('`a\nb`')).toEqual(['text:`a\nb`'])
  expect(short('`main.py:3`')).toEqual(['code:main.py:3'])
})

test('lines of files', () => {
  expect(short('see main.py:12, (tests/test_a.py:3-15).')).toEqual([
    'text:see ',
    'lines:main.py:12-12',
    'text:, (',
    'lines:tests/test_a.py:3-15',
    'text:).',
  ])
  expect(short('größe.py:2 .env:1 "my file":4-5 a.py:9-3')).toEqual([
    'lines:größe.py:2-2',
    'text: ',
    'lines:.env:1-1',
    'text: ',
    'lines:my file:4-5',
    'text: ',
    'lines:a.py:9-9',
  ])
  expect(short('a.py:0 main.py:12:4')).toEqual(['text:a.py:0', 'text: main.py:12:4'])
  for (const file of [
    'main.py',
    'my file.py',
    'Makefile',
    'lib/a-b.py',
    '.env',
    'a.b.c',
    '日本.txt',
  ]) {
    for (const to of [3, 7]) {
      const link = { file, from: 3, to }
      expect(messageParts(lineLink(link))).toEqual([{ kind: 'lines', text: lineLink(link), link }])
    }
  }
})

test('a line alone is one of the file of who says it', () => {
  expect(short('see #L12, and (#L3)')).toEqual([
    'text:see ',
    'lines::12-12',
    'text:, and (',
    'lines::3-3',
    'text:)',
  ])
  expect(nameLines('see #L12, `#L1` and #L3', 'my file.py')).toBe(
    'see "my file.py":12, `#L1` and "my file.py":3',
  )
  expect(nameLines('`#L3` #L3', 'a.py')).toBe('`#L3` a.py:3')
  expect(nameLines('#L3', '')).toBe('#L3')
})

test('addresses', () => {
  expect(short('(https://a.example/x?y=1).')).toEqual([
    'text:(',
    'link:https://a.example/x?y=1',
    'text:).',
  ])
  expect(short('https://a.example/f(x) javascript:alert(1)')).toEqual([
    'link:https://a.example/f(x)',
    'text: javascript:alert(1)',
  ])
  expect(short('`https://a.example` "https://b.example" https://a.example:80/main.py:3')).toEqual([
    'code:https://a.example',
    'text: "',
    'link:https://b.example',
    'text:" ',
    'link:https://a.example:80/main.py:3',
  ])
})
