import type * as Monaco from 'monaco-editor/editor'

type Rule = Monaco.languages.IMonarchLanguageRule
type Rules = Rule[]

const words = (list: string): string[] => list.split(' ')

const KEYWORDS = words(
  'and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield False None True',
)
const TYPES = words(
  'bool bytearray bytes complex dict float frozenset int list memoryview object range set slice str tuple type',
)
const BUILTINS = words(
  'abs aiter all anext any ascii bin breakpoint callable chr classmethod compile delattr dir divmod enumerate eval exec filter format getattr globals hasattr hash help hex id input isinstance issubclass iter len locals map max min next oct open ord pow print property repr reversed round setattr sorted staticmethod sum super vars zip __import__ __name__ __file__ __doc__',
)

/** What no bracket or signature goes across: an unfinished one ends where a statement begins. */
const STATEMENT: Rule = [
  /^\s*(?=(?:async|class|def|from|import|raise|return|while|with)\b)/,
  'white',
  '@popall',
]

const ESCAPE: Rules = [
  [
    /\\(?:[abfnrtv\\'"]|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}|N\{[^}]*\}|[0-7]{1,3}|$)/,
    'string.escape',
  ],
  [/\\./, 'string'],
]

interface Quote {
  /** As a regular expression. */
  mark: string
  state: string
  long: boolean
}

const QUOTES: readonly Quote[] = [
  { mark: '"""', state: 'longDouble', long: true },
  { mark: "'''", state: 'longSingle', long: true },
  { mark: '"', state: 'double', long: false },
  { mark: "'", state: 'single', long: false },
]

const PLAIN_PREFIX = '(?:[rR][bB]?|[bB][rR]?|[uU])?'
const FORMAT_PREFIX = '(?:[fFtT][rR]?|[rR][fFtT])'

/** How strings begin. A short one that ends with its line is over, closed or not. */
function openings(): Rules {
  return QUOTES.flatMap(({ mark, state, long }): Rules => {
    const unclosed: Rules = long
      ? []
      : [[new RegExp(`(?:${FORMAT_PREFIX}|${PLAIN_PREFIX})${mark}$`), 'string']]
    return [
      ...unclosed,
      [new RegExp(`${FORMAT_PREFIX}${mark}`), 'string', `@${state}Format`],
      [new RegExp(`${PLAIN_PREFIX}${mark}`), 'string', `@${state}`],
    ]
  })
}

function stringStates(): Record<string, Rules> {
  const states: Record<string, Rules> = {}
  for (const { mark, state, long } of QUOTES) {
    const end: Rule = [new RegExp(mark), 'string', '@pop']
    const stop = mark[0] ?? ''
    const toEnd = (not: string): Rules =>
      long ? [] : [[new RegExp(`[^\\\\${not}${stop}]+$`), 'string', '@pop']]
    states[state] = [
      ...ESCAPE,
      end,
      ...toEnd(''),
      [new RegExp(`[^\\\\${stop}]+`), 'string'],
      [new RegExp(stop), 'string'],
    ]
    states[`${state}Format`] = [
      ...ESCAPE,
      end,
      [/\{\{|\}\}/, 'string.escape'],
      [/\{/, 'delimiter.bracket', '@interpolation'],
      ...toEnd('{}'),
      [new RegExp(`[^\\\\{}${stop}]+`), 'string'],
      [new RegExp(`[}${stop}]`), 'string'],
    ]
  }
  return states
}

/**
 * Python for the eye: keywords, builtins, functions, types, decorators, parameters and what stands
 * inside an f-string each have a colour of their own.
 */
export const PYTHON: Monaco.languages.IMonarchLanguage = {
  defaultToken: 'identifier',
  tokenPostfix: '.python',
  unicode: true,
  ident: /[\p{L}_][\p{L}\p{M}\p{N}_]*/u,
  keywords: KEYWORDS,
  types: TYPES,
  builtins: BUILTINS,
  brackets: [
    { open: '{', close: '}', token: 'delimiter.curly' },
    { open: '[', close: ']', token: 'delimiter.square' },
    { open: '(', close: ')', token: 'delimiter.parenthesis' },
  ],
  tokenizer: {
    root: [
      [/^(\s*)(@@@ident(?:\.@ident)*)/, ['white', 'decorator']],
      [/^(\s*)(match|case|type)(?=\s+[\p{L}\p{N}_"'([{-])/u, ['white', 'keyword']],
      { include: '@expression' },
      [/[)\]}]/, '@brackets'],
    ],
    expression: [
      [/\s+/, 'white'],
      [/#.*$/, 'comment'],
      ...openings(),
      [/0[xX][\dA-Fa-f_]+|0[oO][0-7_]+|0[bB][01_]+/, 'number'],
      [/(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d+)?[jJ]?/, 'number'],
      [/(class)(\s+)(@ident)/, ['keyword', 'white', 'type']],
      [/(def)(\s+)(@ident)/, ['keyword', 'white', { token: 'function', next: '@signature' }]],
      [/(\.)(@ident)(?=\s*\()/, ['delimiter', 'function']],
      [/(\.)(@ident)/, ['delimiter', 'identifier']],
      [
        /@ident(?=\s*\()/,
        {
          cases: {
            '@keywords': 'keyword',
            '@types': 'type',
            '@builtins': 'builtin',
            '~\\p{Lu}.*': 'type',
            '@default': 'function',
          },
        },
      ],
      [
        /@ident/,
        {
          cases: {
            '@keywords': 'keyword',
            'self|cls': 'variable.self',
            '@types': 'type',
            '@builtins': 'builtin',
            '~\\p{Lu}.*\\p{Ll}.*': 'type',
            '@default': 'identifier',
          },
        },
      ],
      [/[([{]/, '@brackets', '@nested'],
      [/[,:;]/, 'delimiter'],
      [/->|[-+*/%@&|^~<>=!]+/, 'operator'],
    ],
    nested: [
      STATEMENT,
      [/[)\]}]/, '@brackets', '@pop'],
      [/@ident(?==[^=])/, 'variable.parameter'],
      { include: '@expression' },
    ],
    signature: [
      [/\s+/, 'white'],
      [/\(/, { token: '@brackets', switchTo: '@parameters' }],
      // Type parameters: def first[T](items)
      [/\[/, '@brackets', '@nested'],
      [/(?=.)/, '', '@pop'],
    ],
    parameters: [
      STATEMENT,
      [/\s+/, 'white'],
      [/#.*$/, 'comment'],
      [/\)/, '@brackets', '@pop'],
      [/self|cls/, 'variable.self'],
      [/@ident/, 'variable.parameter'],
      [/[:=]/, 'delimiter', '@parameterValue'],
      [/[,*/]/, 'delimiter'],
    ],
    parameterValue: [STATEMENT, [/(?=[,)])/, '', '@pop'], { include: '@expression' }],
    interpolation: [
      STATEMENT,
      [/\}/, 'delimiter.bracket', '@pop'],
      [/![rsa](?=[:}])/, 'string.escape'],
      [/:[^{}'"]*/, 'string.escape'],
      { include: '@expression' },
    ],
    ...stringStates(),
  },
}
