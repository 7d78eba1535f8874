import { monaco } from './monaco'
import { localSuggestions, readSuggestions, type Suggestion } from './suggestions'

const DEBOUNCE_MS = 40
const CODE_LENGTH_MAX = 500_000
const ANSWER_WAIT_MS = 1_500

const { CompletionItemKind, CompletionItemInsertTextRule } = monaco.languages

const KINDS: Readonly<Record<string, monaco.languages.CompletionItemKind>> = {
  snippet: CompletionItemKind.Snippet,
  keyword: CompletionItemKind.Keyword,
  function: CompletionItemKind.Function,
  builtin: CompletionItemKind.Function,
  method: CompletionItemKind.Method,
  class: CompletionItemKind.Class,
  variable: CompletionItemKind.Variable,
  parameter: CompletionItemKind.Variable,
  attribute: CompletionItemKind.Field,
  module: CompletionItemKind.Module,
}

function aborted(token: monaco.CancellationToken, wait: number): AbortSignal {
  const controller = new AbortController()
  token.onCancellationRequested(() => controller.abort())
  return AbortSignal.any([controller.signal, AbortSignal.timeout(wait)])
}

async function askServer(
  code: string,
  position: monaco.Position,
  token: monaco.CancellationToken,
): Promise<Suggestion[] | null> {
  if (code.length > CODE_LENGTH_MAX) return null
  try {
    const response = await fetch('/autocomplete/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, line: position.lineNumber, column: position.column }),
      signal: aborted(token, ANSWER_WAIT_MS),
    })
    return response.ok ? readSuggestions(await response.json()) : null
  } catch {
    return null
  }
}

function rangeOf(
  model: monaco.editor.ITextModel,
  position: monaco.Position,
  replace: Suggestion['replace'],
): monaco.IRange {
  const word = model.getWordUntilPosition(position)
  const line = position.lineNumber
  const fallback = new monaco.Range(line, word.startColumn, line, position.column)
  if (!replace || replace.end > model.getValueLength()) return fallback
  const start = model.getPositionAt(replace.start)
  const end = model.getPositionAt(replace.end)
  const range = monaco.Range.fromPositions(start, end)
  // Monaco takes only a piece of the cursor's own line that contains the cursor.
  const usable = start.lineNumber === line && end.lineNumber === line
  return usable && range.containsPosition(position) ? range : fallback
}

async function provide(
  model: monaco.editor.ITextModel,
  position: monaco.Position,
  token: monaco.CancellationToken,
): Promise<monaco.languages.CompletionList> {
  await new Promise((resolve) => setTimeout(resolve, DEBOUNCE_MS))
  if (token.isCancellationRequested || model.isDisposed()) return { suggestions: [] }
  const code = model.getValue()
  const word = model.getWordUntilPosition(position).word
  const found = (await askServer(code, position, token)) ?? localSuggestions(code, word)
  if (token.isCancellationRequested || model.isDisposed()) return { suggestions: [] }
  const suggestions = found.map((suggestion, index) => ({
    label: suggestion.label,
    insertText: suggestion.insertText,
    detail: suggestion.detail,
    kind: KINDS[suggestion.kind] ?? CompletionItemKind.Text,
    insertTextRules: CompletionItemInsertTextRule.InsertAsSnippet,
    sortText: String(index).padStart(4, '0'),
    range: rangeOf(model, position, suggestion.replace),
  }))
  return { suggestions, incomplete: true }
}

let registered = false

/** Monaco keeps providers for the life of the page, so once is enough. */
export function registerCompletion(): void {
  if (registered) return
  registered = true
  monaco.languages.registerCompletionItemProvider('python', {
    triggerCharacters: ['.'],
    provideCompletionItems: (model, position, _context, token) => provide(model, position, token),
  })
}
