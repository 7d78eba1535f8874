import { addressOf } from '../../shared/lib/base'
import { monaco } from '../../shared/monaco/monaco'
import { isFinished, type TypedWord, wordOf } from './finished-word'
import {
  kindName,
  localSuggestions,
  readSuggestions,
  SERVER_ITEMS_MAX,
  type Suggestion,
} from './suggestions'

const CODE_LENGTH_MAX = 500_000
const ANSWER_WAIT_MS = 1_500

const { CompletionItemKind, CompletionItemInsertTextRule } = monaco.languages

/** A suggestion, and how much of the line before the word it takes along: `else` moves left. */
type Offer = Suggestion & { lead: number }

/** What was offered for the word that begins at an offset of the text. */
export interface Answer {
  start: number
  /** The text before the word, which the answer was made from. */
  before: string
  /** What was typed of the word. */
  letters: string
  offers: readonly Offer[]
  labels: ReadonlySet<string>
}

export function typedWord(model: monaco.editor.ITextModel, position: monaco.IPosition): TypedWord {
  const end = model.getOffsetAt(position)
  const { word } = model.getWordUntilPosition(position)
  return { code: model.getValue(), start: end - word.length, end }
}

function aborted(token: monaco.CancellationToken, wait: number): AbortSignal {
  const controller = new AbortController()
  token.onCancellationRequested(() => controller.abort())
  return AbortSignal.any([controller.signal, AbortSignal.timeout(wait)])
}

async function askServer(
  code: string,
  { lineNumber: line, column }: monaco.IPosition,
  explicit: boolean,
  token: monaco.CancellationToken,
): Promise<Suggestion[] | null> {
  if (code.length > CODE_LENGTH_MAX) return null
  try {
    const response = await fetch(addressOf('/autocomplete/'), {
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

export function makeAnswer(
  { code, start, end }: TypedWord,
  suggestions: readonly Suggestion[],
): Answer {
  const line = code.lastIndexOf('\n', start - 1) + 1
  const offers = suggestions.map((suggestion) => {
    const { replace } = suggestion
    // Monaco takes only a piece of the cursor's own line that ends at the cursor.
    const usable = replace && replace.end === end && replace.start >= line && replace.start <= start
    return { ...suggestion, lead: usable ? start - replace.start : 0 }
  })
  const [before, letters] = [code.slice(0, start), code.slice(start, end)]
  return { start, before, letters, offers, labels: new Set(suggestions.map(({ label }) => label)) }
}

/** Does the answer also hold for the word as it stands now, some letters later? */
export function answers(answer: Answer, { code, start, end }: TypedWord): boolean {
  const whole = answer.offers.length < SERVER_ITEMS_MAX && answer.letters !== ''
  const goesOn = answer.start === start && code.slice(start, end).startsWith(answer.letters)
  return whole && goesOn && code.slice(0, start) === answer.before
}

/** Null: nobody wants to know any more. */
export async function findSuggestions(
  model: monaco.editor.ITextModel,
  position: monaco.Position,
  asked: boolean,
  token: monaco.CancellationToken,
): Promise<Answer | null> {
  const word = typedWord(model, position)
  const letters = wordOf(word)
  const suggestions =
    (await askServer(word.code, position, asked || letters === '', token)) ??
    localSuggestions(word.code, letters)
  if (token.isCancellationRequested || model.isDisposed()) return null
  return makeAnswer(word, suggestions)
}

/** By itself a list comes only where a word has been begun: not for a letter, not for a whole name. */
export function isWorthAList(word: TypedWord, { labels }: Answer): boolean {
  const { code, start, end } = word
  if (isFinished(word, labels)) return false
  return end - start !== 1 || code.charAt(start - 1) === '.'
}

/** How one suggestion takes the place of a word. */
function itemOf(
  model: monaco.editor.ITextModel,
  word: TypedWord,
  { label, insertText, detail, kind, lead }: Offer,
): Omit<monaco.languages.CompletionItem, 'sortText'> {
  const { lineNumber, column } = model.getPositionAt(word.end)
  const start = column - (word.end - word.start)
  const snippet = kind === 'snippet' ? CompletionItemInsertTextRule.InsertAsSnippet : 0
  // With its own indentation, which Monaco leaves out where it compares what is replaced with the label.
  const taken = lead > 0 ? model.getLineContent(lineNumber).slice(0, start - 1) : ''
  const keep = lead > 0 ? CompletionItemInsertTextRule.KeepWhitespace : 0
  return {
    label,
    insertText,
    detail,
    kind: CompletionItemKind[kindName(kind)],
    insertTextRules: snippet | keep,
    range: new monaco.Range(lineNumber, start - taken.length, lineNumber, column),
  }
}

export function listOf(
  model: monaco.editor.ITextModel,
  word: TypedWord,
  { offers }: Answer,
): monaco.languages.CompletionList {
  const suggestions = offers.map((offer, index) => ({
    ...itemOf(model, word, offer),
    sortText: String(index).padStart(4, '0'),
  }))
  // What is whole is narrowed down letter by letter without asking, and so at once.
  return { suggestions, incomplete: suggestions.length >= SERVER_ITEMS_MAX }
}
