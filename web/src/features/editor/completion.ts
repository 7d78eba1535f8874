import { monaco } from '../../shared/monaco/monaco'
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
  { lineNumber: line, column }: monaco.Position,
  explicit: boolean,
  token: monaco.CancellationToken,
): Promise<Suggestion[] | null> {
  if (code.length > CODE_LENGTH_MAX) return null
  try {
    const response = await fetch('/autocomplete/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, line, column, explicit }),
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

/** How one suggestion goes into the text. */
function itemOf(
  model: monaco.editor.ITextModel,
  position: monaco.Position,
  suggestion: Suggestion,
): Omit<monaco.languages.CompletionItem, 'sortText'> {
  const range = rangeOf(model, position, suggestion.replace)
  // `else` and its like take the start of the line along, to move left: then their text has its own
  // indentation, and Monaco compares with what is replaced, not with the word.
  const wholeLine =
    range.startColumn === 1 && model.getLineFirstNonWhitespaceColumn(range.startLineNumber) > 1
  const snippet = suggestion.kind === 'snippet' ? CompletionItemInsertTextRule.InsertAsSnippet : 0
  const keep = wholeLine ? CompletionItemInsertTextRule.KeepWhitespace : 0
  return {
    label: suggestion.label,
    insertText: suggestion.insertText,
    detail: suggestion.detail,
    kind: KINDS[suggestion.kind] ?? CompletionItemKind.Text,
    insertTextRules: snippet | keep,
    range,
    ...(wholeLine ? { filterText: model.getValueInRange(range) } : {}),
  }
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
  const found =
    (await askServer(code, position, word === '', token)) ?? localSuggestions(code, word)
  if (token.isCancellationRequested || model.isDisposed()) return { suggestions: [] }
  const suggestions = found.map((suggestion, index) => ({
    ...itemOf(model, position, suggestion),
    sortText: String(index).padStart(4, '0'),
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
