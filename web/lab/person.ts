import { EditorHost } from '../src/collab/editor-host'
import { fileText, MAIN_FILE } from '../src/collab/files'
import { Session } from '../src/collab/session'
import { monaco } from '../src/shared/monaco/monaco'
import type { LabNetwork } from './network'

type Editor = monaco.editor.IStandaloneCodeEditor

const editors: Editor[] = []

/** Editors are dear: each seat has one, which the programs share. */
function editorOf(seat: number): Editor {
  const there = editors[seat]
  if (there) return there
  const element = document.createElement('div')
  element.style.cssText = 'width: 400px; height: 200px'
  document.body.append(element)
  const made = monaco.editor.create(element, {
    model: null,
    minimap: { enabled: false },
    autoClosingBrackets: 'never',
    quickSuggestions: false,
    wordBasedSuggestions: 'off',
  })
  editors[seat] = made
  return made
}

export interface Cut {
  /** Offsets in UTF-16. */
  from: number
  to: number
}

/** One person in one window: a real session, a real editor, and keys. */
export class LabPerson {
  readonly editor: Editor
  readonly session: Session
  private readonly host: EditorHost

  constructor(network: LabNetwork, seat: number, roomId: string) {
    this.editor = editorOf(seat)
    this.session = new Session({
      roomId,
      name: `P${seat}`,
      url: 'ws://lab/ws/r',
      createSocket: network.createSocket,
      openStore: () => ({ ready: Promise.resolve(), close: () => {}, forget: () => {} }),
    })
    this.host = new EditorHost(this.session, this.editor, { onPeople: () => {} })
    this.host.showFile(MAIN_FILE, 'plaintext')
  }

  get model(): monaco.editor.ITextModel {
    const model = this.editor.getModel()
    if (!model) throw new Error('the editor shows no file')
    return model
  }

  /** What the model holds. */
  get shown(): string {
    return this.model.getValue()
  }

  /** What the document holds. */
  get stored(): string {
    return fileText(this.session.doc, MAIN_FILE).toString()
  }

  select(...cuts: Cut[]): void {
    const selections = cuts.map(({ from, to }) => {
      const [a, b] = [this.model.getPositionAt(from), this.model.getPositionAt(to)]
      return new monaco.Selection(a.lineNumber, a.column, b.lineNumber, b.column)
    })
    this.editor.setSelections(selections, 'mouse')
    // As a click or an arrow key does.
    this.host.breakUndo()
  }

  type(text: string): void {
    this.press('type', { text })
  }

  /** One text, or one for each cursor. */
  paste(...texts: string[]): void {
    const multicursorText = texts.length > 1 ? texts : null
    this.press('paste', { text: texts.join(''), pasteOnNewLine: false, multicursorText })
  }

  press(command: string, payload: unknown = null): void {
    this.editor.trigger('keyboard', command, payload)
  }

  compose(syllables: string[]): void {
    this.press('compositionStart')
    let before = 0
    for (const text of syllables) {
      const replace = { replacePrevCharCnt: before, replaceNextCharCnt: 0, positionDelta: 0 }
      this.press('compositionType', { text, ...replace })
      before = text.length
    }
  }

  composed(): void {
    this.press('compositionEnd')
  }

  leave(): void {
    this.host.destroy()
    this.editor.setModel(null)
    this.session.destroy()
  }
}
