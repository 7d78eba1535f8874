import { initVimMode, VimMode } from 'monaco-vim'
import type { monaco } from '../../shared/monaco/monaco'

interface Place {
  line: number
  ch: number
}

/** The part of its adapter that is used here; its own types leave all of it open. */
interface Adapter {
  state: { vim?: { insertMode?: boolean } }
  dispatch(signal: string, ...args: unknown[]): void
  dispose(): void
  getCursor(type?: 'start' | 'end'): Place
  getLine(line: number): string
  getSelections(): string[]
  replaceRange(text: string, from: Place, to: Place): void
  replaceSelections(texts: string[]): void
  setCursor(place: Place): void
}

interface VimApi {
  defineAction(
    name: string,
    action: (
      adapter: Adapter,
      args: { selectedCharacter: string; repeat: number },
      vim: { visualMode?: boolean },
    ) => void,
  ): void
  exitVisualMode(adapter: Adapter, moveHead: boolean): void
}

const { Vim: vimApi, commands } = VimMode as unknown as {
  Vim: VimApi
  commands: { newlineAndIndent(adapter: Adapter): void }
}
const segmenter = new Intl.Segmenter()

const lettersOf = (text: string) => [...segmenter.segment(text)].map(({ segment }) => segment)

/** One letter for one letter as people see them: an emoji is one, however many units it has. */
vimApi.defineAction('replace', (adapter, { selectedCharacter, repeat }, vim) => {
  const filled = (text: string) =>
    lettersOf(text)
      .map((letter) => (letter === '\n' ? letter : selectedCharacter))
      .join('')
  if (vim.visualMode) {
    const start = adapter.getCursor('start')
    if (selectedCharacter === '\n') commands.newlineAndIndent(adapter)
    else adapter.replaceSelections(adapter.getSelections().map(filled))
    adapter.setCursor(start)
    vimApi.exitVisualMode(adapter, false)
    return
  }
  const from = adapter.getCursor()
  const there = lettersOf(adapter.getLine(from.line).slice(from.ch)).slice(0, repeat).join('')
  const to = { line: from.line, ch: from.ch + there.length }
  if (selectedCharacter === '\n') {
    adapter.replaceRange('', from, to)
    commands.newlineAndIndent(adapter)
    return
  }
  const text = filled(there)
  adapter.replaceRange(text, from, to)
  adapter.setCursor({ line: from.line, ch: Math.max(from.ch, from.ch + text.length - 1) })
})

/** `othersWrite`: what changes the text and moves the carets right now is no act of this person. */
export function startVim(
  editor: monaco.editor.IStandaloneCodeEditor,
  bar: HTMLElement | null,
  othersWrite: () => boolean,
): { dispose: () => void } {
  // Its types name the whole editor; ours is the same object by another path.
  const made = initVimMode(editor as Parameters<typeof initVimMode>[0], bar)
  const adapter = made as unknown as Adapter
  const dispatch = adapter.dispatch.bind(adapter)
  adapter.dispatch = (signal, ...args) => {
    // Else `.` would repeat what another typed, or forget half of what this person did.
    const recorded = signal === 'change' || signal === 'cursorActivity'
    if (recorded && adapter.state.vim?.insertMode && othersWrite()) return
    dispatch(signal, ...args)
  }
  return made
}
