import { beforeAll, expect, test } from 'vitest'
import { PYTHON } from './python'

/** One pass of Monaco's own tokenizer over lines: [text, kind] of what is not white or plain. */
type Tokens = (source: string) => string[]
let kinds: Tokens

beforeAll(async () => {
  // Not among the files that Monaco has types for.
  const path = new URL(
    '../../../node_modules/monaco-editor/esm/vs/editor/standalone/common/monarch/monarchCompile.js',
    import.meta.url,
  ).pathname
  const { compile } = await import(/* @vite-ignore */ path)
  const lexer = compile('python', PYTHON)
  kinds = (source) => run(lexer, source)
})

interface Action {
  token?: string
  next?: string
  switchTo?: string
  test?: (id: string, matches: string[], state: string, eos: boolean) => Action | string
  group?: (Action | string)[]
}
interface Lexer {
  tokenizer: Record<
    string,
    { resolveRegex: (state: string) => RegExp; action: Action; matchOnlyAtLineStart: boolean }[]
  >
}

function run(lexer: Lexer, source: string): string[] {
  const stack = ['root']
  const found: string[] = []
  const act = (raw: Action | string, text: string, matches: string[], eos: boolean): void => {
    let action: Action = typeof raw === 'string' ? { token: raw } : raw
    if (action.test) {
      const chosen = action.test(text, matches, stack.at(-1) ?? '', eos)
      action = typeof chosen === 'string' ? { token: chosen } : chosen
    }
    if (action.group) {
      for (const [i, each] of action.group.entries()) act(each, matches[i + 1] ?? '', matches, eos)
      return
    }
    const token = (action.token ?? '').replace(/^@.*/, 'bracket')
    if (text !== '' && !['white', 'identifier', 'delimiter', 'bracket', ''].includes(token)) {
      found.push(`${text}:${token.replace('variable.', '')}`)
    }
    if (action.next === '@popall') stack.splice(1)
    else if (action.next === '@pop') stack.pop()
    else if (action.next) stack.push(action.next.replace('@', ''))
    if (action.switchTo) stack.splice(-1, 1, action.switchTo.replace('@', ''))
  }
  for (const line of source.split('\n')) {
    for (let at = 0; at < line.length; ) {
      const rest = line.slice(at)
      const rules = lexer.tokenizer[stack.at(-1) ?? 'root'] ?? []
      const hit = rules
        .filter((rule) => at === 0 || !rule.matchOnlyAtLineStart)
        .map((rule) => ({ rule, matches: rest.match(rule.resolveRegex(stack.at(-1) ?? '')) }))
        .find(({ matches }) => matches)
      const depth = stack.join()
      const text = hit?.matches?.[0] ?? rest[0] ?? ''
      if (hit?.matches) act(hit.rule.action, text, hit.matches, at + text.length >= line.length)
      if (text === '' && stack.join() === depth) throw new Error(`no progress at ${rest}`)
      at += text.length
    }
  }
  return found
}

test('each kind of word is told from the others', () => {
  expect(kinds('from math import pi  # why')).toEqual([
    'from:keyword',
    'import:keyword',
    '# why:comment',
  ])
  expect(kinds('@app.route\nclass Circle(Shape):')).toEqual([
    '@app.route:decorator',
    'class:keyword',
    'Circle:type',
    'Shape:type',
  ])
  expect(kinds('def area(self, r: float = 2, *rest) -> int:')).toEqual([
    'def:keyword',
    'area:function',
    'self:self',
    'r:parameter',
    'float:type',
    '=:operator',
    '2:number',
    'rest:parameter',
    '->:operator',
    'int:type',
  ])
  expect(kinds('print(total(xs), end="")')).toEqual([
    'print:builtin',
    'total:function',
    'end:parameter',
    '=:operator',
    '":string',
    '":string',
  ])
  expect(kinds('self.größe = 0x_ff')).toEqual(['self:self', '=:operator', '0x_ff:number'])
  expect(kinds('match x:\n    case 1: pass')).toEqual([
    'match:keyword',
    'case:keyword',
    '1:number',
    'pass:keyword',
  ])
  expect(kinds('match = 3')).toEqual(['=:operator', '3:number'])
})

test('inside an f-string stands code', () => {
  expect(kinds('f"a {len(x):.2f} {{b}}"').map((each) => each.split(':').at(-1))).toEqual([
    'string',
    'string',
    'delimiter.bracket',
    'builtin',
    'string.escape',
    'delimiter.bracket',
    'string',
    'string.escape',
    'string',
    'string.escape',
    'string',
  ])
})

test('what is not closed ends: a string with its line, brackets with the next statement', () => {
  expect(kinds('x = "abc\ny = 1').at(-1)).toBe('1:number')
  expect(kinds('x = "\ny = 1').at(-1)).toBe('1:number')
  expect(kinds('def f(a\ndef g(b):')).toEqual([
    'def:keyword',
    'f:function',
    'a:parameter',
    'def:keyword',
    'g:function',
    'b:parameter',
  ])
  expect(kinds('"""long\nstill"""\nx = 1').slice(-1)).toEqual(['1:number'])
})
