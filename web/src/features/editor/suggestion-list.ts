import { monaco } from '../../shared/monaco/monaco'
import {
  type Answer,
  answers,
  findSuggestions,
  isWorthAList,
  listOf,
  makeAnswer,
  typedWord,
} from './completion'
import { isBegun, isFinished, isInWord, type TypedWord, wordOf } from './finished-word'
import { localSuggestions } from './suggestions'

type Editor = monaco.editor.IStandaloneCodeEditor

interface Item {
  textLabel: string
}

/** The parts of Monaco's own list that have no public name. */
interface SuggestController {
  model: {
    /** 0: no list and none on its way, 1: asked for, 2: by itself. */
    state: number
    trigger(options: { auto: boolean; retrigger: boolean }): void
    /** With `retrigger` the list stays on the screen until it is drawn anew. */
    cancel(retrigger: boolean): void
    onDidTrigger: monaco.IEvent<{ auto: boolean }>
    onDidSuggest: monaco.IEvent<{ completionModel: { items: readonly Item[] } }>
  }
  widget: {
    value: { getFocusedItem(): { index: number; item: Item } | undefined }
  }
  cancelSuggestWidget(): void
  focusSuggestion(): void
  selectNextSuggestion(): void
}

interface SnippetController {
  isInSnippet(): boolean
  insert(template: string, options: { overwriteBefore: number; adjustWhitespace: boolean }): void
}

/** What Monaco knows about the pieces of a line. */
interface Tokenized {
  tokenization: {
    getLineTokens(line: number): {
      findTokenIndexAtOffset(offset: number): number
      /** 0: code; else comment, string, pattern. */
      getStandardTokenType(index: number): number
    }
  }
}

const IDLE = 0
const ASKED_FOR = 1
/** What browsers say of each key that an input method takes. */
const COMPOSING = 229

const NONE: ReadonlySet<string> = new Set()
const MODIFIERS: ReadonlySet<string> = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta'])
const MOVES: ReadonlySet<string> = new Set(['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp'])
/** With Control: what moves the selection on a Mac, and what selects where nothing is selected. */
const CONTROL_MOVES: ReadonlySet<string> = new Set([' ', 'i', 'n', 'p'])

const isOpen = (): boolean => document.querySelector('.suggest-widget.visible') !== null

function movesSelection({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return MOVES.has(key) || ((ctrlKey || metaKey) && CONTROL_MOVES.has(key))
}

function contribution<T>(editor: Editor, id: string): T {
  const found = editor.getContribution(id)
  if (!found) throw new Error(`The editor has no ${id}.`)
  return found as unknown as T
}

/** The snippets of our own for a word that the server was not yet asked about. */
function localAnswer(model: monaco.editor.ITextModel, typed: TypedWord): Answer | null {
  const { lineNumber, column } = model.getPositionAt(typed.start)
  if (/\S/.test(model.getLineContent(lineNumber).slice(0, column - 1))) return null
  const tokens = (model as unknown as Tokenized).tokenization.getLineTokens(lineNumber)
  const isCode = tokens.getStandardTokenType(tokens.findTokenIndexAtOffset(column - 1)) === 0
  return isCode ? makeAnswer(typed, localSuggestions('', wordOf(typed))) : null
}

/**
 * Suggestions that never take a key from somebody who types on.
 *
 * Selected is only what Enter may take: what continues a word that is visibly begun (isBegun), what
 * the arrow keys went to, and what was asked for by Ctrl+Space. All is decided when the key goes
 * down, from the text as it then stands: the list may still be that of a shorter word. Tab takes
 * the first suggestion in any case. When others type, the list stays, and so does what is selected.
 */
export class SuggestionList {
  private readonly controller: SuggestController
  private readonly snippets: SnippetController
  private readonly disposables: monaco.IDisposable[]
  private answer: Answer | null = null
  /** The arrow keys went to what is selected. */
  private chosen = false
  /** The list was asked for, and nothing was typed since. */
  private asked = false
  /** What was selected when the text around it changed. */
  private held: string | undefined
  /** The list comes up again from the answer it was made of. */
  private returning = false

  constructor(private readonly editor: Editor) {
    this.controller = contribution(editor, 'editor.contrib.suggestController')
    this.snippets = contribution(editor, 'snippetController2')
    const { model } = this.controller
    const node = editor.getContainerDomNode()
    // Before Monaco looks up its own keys.
    node.addEventListener('keydown', this.onKeyDown, true)
    this.disposables = [
      { dispose: () => node.removeEventListener('keydown', this.onKeyDown, true) },
      editor.onDidChangeModel(() => {
        this.answer = null
      }),
      monaco.languages.registerCompletionItemProvider('python', {
        triggerCharacters: ['.'],
        provideCompletionItems: (at, position, _context, token) =>
          at === editor.getModel() ? this.provide(at, position, token) : null,
      }),
      model.onDidTrigger(({ auto }) => {
        if (!this.returning) this.asked = !auto
      }),
      model.onDidSuggest(({ completionModel }) => this.select(completionModel.items)),
    ]
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose()
  }

  /** Runs an edit from elsewhere. A list whose word is still there stays, with what is selected. */
  around(apply: () => void): void {
    const { model, widget } = this.controller
    const { state } = model
    const before = state === IDLE ? null : this.typed()
    if (!before) {
      apply()
      return
    }
    const own = this.answer?.start === before.start ? this.answer : null
    const shown = isOpen()
    this.held = widget.value.getFocusedItem()?.item.textLabel
    model.cancel(true)
    apply()
    const now = this.typed()
    // What was typed here may touch what another writes before it, and is a word of its own still.
    const start = now ? now.end - (before.end - before.start) : 0
    if (!now || now.code.slice(start, now.end) !== wordOf(before)) {
      this.controller.cancelSuggestWidget()
      return
    }
    this.answer = own ? { ...own, start, before: now.code.slice(0, start) } : null
    this.returning = this.answer !== null && shown
    model.trigger({ auto: state !== ASKED_FOR, retrigger: true })
    this.returning = false
  }

  private async provide(
    model: monaco.editor.ITextModel,
    position: monaco.Position,
    token: monaco.CancellationToken,
  ): Promise<monaco.languages.CompletionList> {
    // Nothing is waited for, so the list is there again before anything is painted.
    const typed = this.typed()
    if (this.returning && this.answer && typed) return listOf(model, typed, this.answer)
    const asked = this.controller.model.state === ASKED_FOR
    const known = this.answer && typed && !asked && answers(this.answer, typed)
    const answer = known ? this.answer : await findSuggestions(model, position, asked, token)
    if (!answer) return { suggestions: [] }
    this.answer = answer
    const word = typedWord(model, position)
    return asked || isWorthAList(word, answer) ? listOf(model, word, answer) : { suggestions: [] }
  }

  /** Each time the list is drawn, it comes with nothing selected unless it was asked for. */
  private select(items: readonly Item[]): void {
    const typed = this.typed()
    const top = items[0]
    if (!typed || !top) return
    if (this.chosen && this.held !== undefined) this.goTo(this.held, items.length)
    else if (!this.asked && isFinished(typed, this.labels(typed))) {
      this.controller.cancelSuggestWidget()
    } else if (this.isBegun(typed, top.textLabel)) this.controller.focusSuggestion()
  }

  private goTo(label: string, count: number): void {
    this.controller.focusSuggestion()
    for (let step = 0; step < count && this.selected() !== label; step += 1) {
      this.controller.selectNextSuggestion()
    }
  }

  private selected(): string | undefined {
    return this.controller.widget.value.getFocusedItem()?.item.textLabel
  }

  /** The word typed at the one cursor there is; null: several cursors, or a selection. */
  private typed(): TypedWord | null {
    const model = this.editor.getModel()
    const [selection, ...more] = this.editor.getSelections() ?? []
    if (!model || !selection?.isEmpty() || more.length > 0) return null
    const word = typedWord(model, selection.getPosition())
    const own = this.answer?.start ?? 0
    return own > word.start && own < word.end ? { ...word, start: own } : word
  }

  private labels(typed: TypedWord): ReadonlySet<string> {
    return this.answer?.start === typed.start ? this.answer.labels : NONE
  }

  private isBegun(typed: TypedWord, label: string): boolean {
    return isBegun(typed, label, this.labels(typed))
  }

  private readonly onKeyDown = (event: KeyboardEvent): void => {
    // The key that ends a composition belongs to it.
    if (event.isComposing || event.keyCode === COMPOSING || MODIFIERS.has(event.key)) return
    const open = this.controller.model.state !== IDLE && isOpen()
    if (open && movesSelection(event)) {
      this.chosen = true
      return
    }
    if (event.key === 'Enter') this.onEnter(open)
    if (event.key === 'Tab' && !event.ctrlKey && !event.altKey && !event.metaKey) {
      this.onTab(event, open)
    }
    this.chosen = false
    this.asked = false
  }

  /** What is left open here takes the key; else it goes to the text. */
  private onEnter(open: boolean): void {
    if (!open || this.chosen || this.asked) return
    const typed = this.typed()
    const label = this.selected()
    if (typed && label !== undefined && this.isBegun(typed, label)) return
    this.controller.cancelSuggestWidget()
  }

  private onTab(event: KeyboardEvent, open: boolean): void {
    if (!open) {
      if (!event.shiftKey && this.expand()) {
        event.preventDefault()
        event.stopPropagation()
      }
      return
    }
    const typed = this.typed()
    const finished = typed !== null && isFinished(typed, this.labels(typed))
    const goesOn = this.snippets.isInSnippet() && finished && !this.chosen && !this.asked
    // Shift+Tab moves the line, and between the stops of a snippet Tab goes on.
    if (event.shiftKey || goesOn) this.controller.cancelSuggestWidget()
    else if (this.selected() === undefined) this.controller.focusSuggestion()
  }

  /** The name of a snippet is a whole word, which has no list: Tab behind it expands it. */
  private expand(): boolean {
    const { editor, snippets } = this
    const model = editor.getModel()
    const typed = this.typed()
    if (!model || !typed || !this.takesTab() || isInWord(typed)) return false
    const answer = this.answer?.start === typed.start ? this.answer : localAnswer(model, typed)
    if (!answer) return false
    const { InsertAsSnippet, KeepWhitespace } = monaco.languages.CompletionItemInsertTextRule
    const item = listOf(model, typed, answer).suggestions.find(
      ({ label, insertTextRules = 0 }) =>
        label === wordOf(typed) && (insertTextRules & InsertAsSnippet) !== 0,
    )
    if (!item) return false
    const { startColumn, endColumn } = monaco.Range.lift(item.range as monaco.IRange)
    snippets.insert(item.insertText, {
      overwriteBefore: endColumn - startColumn,
      adjustWhitespace: ((item.insertTextRules ?? 0) & KeepWhitespace) === 0,
    })
    return true
  }

  /** Tab writes here: it neither leaves the editor nor goes on in a snippet, nor is it Vim's. */
  private takesTab(): boolean {
    const { readOnly, tabFocusMode, cursorStyle } = monaco.editor.EditorOption
    const inserts = this.editor.getOption(cursorStyle) === monaco.editor.TextEditorCursorStyle.Line
    return (
      inserts &&
      this.editor.getModel()?.getLanguageId() === 'python' &&
      !this.snippets.isInSnippet() &&
      !this.editor.getOption(readOnly) &&
      !this.editor.getOption(tabFocusMode)
    )
  }
}
