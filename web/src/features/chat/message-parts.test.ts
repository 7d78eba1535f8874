import { expect, test } from 'vitest'
import { messageParts } from './message-parts'

const short = (text: string) =>
  messageParts(text).map((part) => `${part.kind}:${part.kind === 'line' ? part.line : part.text}`)

test('text stays text', () => {
  expect(short('')).toEqual([])
  expect(short('a <b>&\nc #Lx #L0 a#L1 ##L2 L3')).toEqual([
    'text:a <b>&\nc #Lx ',
    'text:#L0',
    'text: a#L1 ##L2 L3',
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
})

test('lines and addresses', () => {
  expect(short('see #L12, and (#L3)')).toEqual([
    'text:see ',
    'line:12',
    'text:, and (',
    'line:3',
    'text:)',
  ])
  expect(short('(https://a.example/x?y=1).')).toEqual([
    'text:(',
    'link:https://a.example/x?y=1',
    'text:).',
  ])
  expect(short('https://a.example/f(x) javascript:alert(1)')).toEqual([
    'link:https://a.example/f(x)',
    'text: javascript:alert(1)',
  ])
  expect(short('`https://a.example` "https://b.example"')).toEqual([
    'code:https://a.example',
    'text: "',
    'link:https://b.example',
    'text:"',
  ])
})
