// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are tab stops of snippets.
import { isIndex, isRecord } from '../../shared/lib/guard'

/** What a completion list may offer, from the server or from the small list of our own. */
export interface Suggestion {
  label: string
  insertText: string
  kind: string
  detail: string
  /** UTF-16 offsets into the code that was sent; null for the word at the cursor. */
  replace: { start: number; end: number } | null
}

/** What the server offers at most; a longer list is asked for anew with each letter. */
export const SERVER_ITEMS_MAX = 50
const SUGGESTIONS_MAX = 200
const TEXT_MAX = 4_000

/** How the editor draws each kind that the API can say; all others are shown as text. */
export const KINDS = {
  snippet: 'Snippet',
  keyword: 'Keyword',
  function: 'Function',
  builtin: 'Function',
  method: 'Method',
  class: 'Class',
  variable: 'Variable',
  parameter: 'Variable',
  module: 'Module',
  property: 'Property',
} as const

export function kindName(kind: string): (typeof KINDS)[keyof typeof KINDS] | 'Text' {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind as keyof typeof KINDS] : 'Text'
}

function readSuggestion(raw: unknown): Suggestion | null {
  if (!isRecord(raw) || typeof raw.label !== 'string' || typeof raw.insert_text !== 'string') {
    return null
  }
  if (raw.label === '' || raw.label.length > 200 || raw.insert_text.length > TEXT_MAX) return null
  let replace: Suggestion['replace'] = null
  if (isRecord(raw.replace) && isIndex(raw.replace.start) && isIndex(raw.replace.end)) {
    const { start, end } = raw.replace
    if (start <= end) replace = { start, end }
  }
  return {
    label: raw.label,
    insertText: raw.insert_text.replace(/\r\n?/g, '\n'),
    kind: typeof raw.kind === 'string' ? raw.kind : '',
    detail: typeof raw.detail === 'string' ? raw.detail.slice(0, 200) : '',
    replace,
  }
}

/** Null when the answer is not a list of suggestions at all. */
export function readSuggestions(body: unknown): Suggestion[] | null {
  if (!isRecord(body) || !Array.isArray(body.suggestions)) return null
  return body.suggestions
    .slice(0, SUGGESTIONS_MAX)
    .map(readSuggestion)
    .filter((suggestion) => suggestion !== null)
}

const SNIPPETS: readonly (readonly [label: string, body: string, detail: string])[] = [
  ['print', 'print($1)$0', 'print(…)'],
  ['for', 'for ${1:item} in ${2:items}:\n\t$0', 'for loop'],
  ['while', 'while ${1:condition}:\n\t$0', 'while loop'],
  ['if', 'if ${1:condition}:\n\t$0', 'if block'],
  ['elif', 'elif ${1:condition}:\n\t$0', 'elif branch'],
  ['else', 'else:\n\t$0', 'else branch'],
  ['def', 'def ${1:name}($2):\n\t$0', 'function'],
  ['class', 'class ${1:Name}:\n\tdef __init__(self$2):\n\t\t$0', 'class'],
  ['with', 'with ${1:open($2)} as ${3:name}:\n\t$0', 'with block'],
  ['try', 'try:\n\t$1\nexcept ${2:Exception} as ${3:error}:\n\t$0', 'try / except'],
  ['import', 'import ${1:module}', 'import'],
  ['from', 'from ${1:module} import ${2:name}', 'from … import'],
  ['return', 'return $0', 'return'],
  ['input', 'input($1)$0', 'input(…)'],
  ['len', 'len($1)$0', 'len(…)'],
  ['range', 'range($1)$0', 'range(…)'],
]

const NAMES_MAX = 50

/** For when the server does not answer: common snippets, and words that stand in the text. */
export function localSuggestions(code: string, prefix: string): Suggestion[] {
  if (prefix === '') return []
  const wanted = prefix.toLowerCase()
  const found: Suggestion[] = []
  for (const [label, insertText, detail] of SNIPPETS) {
    if (label.startsWith(wanted)) {
      found.push({ label, insertText, detail, kind: 'snippet', replace: null })
    }
  }
  const names = new Set(found.map((suggestion) => suggestion.label))
  for (const [name] of code.slice(0, 200_000).matchAll(/[\p{L}_][\p{L}\p{N}_]{2,}/gu)) {
    if (names.size >= NAMES_MAX) break
    if (name === prefix || names.has(name) || !name.toLowerCase().startsWith(wanted)) continue
    names.add(name)
    found.push({ label: name, insertText: name, detail: '', kind: 'variable', replace: null })
  }
  return found
}
