import type { editor } from 'monaco-editor/editor'
import type { ComponentType } from 'react'
import type * as Y from 'yjs'
import type { EditorHost } from '../collab/editor-host'
import type { Session } from '../collab/session'
import type { Command } from '../shared/lib/command'
import type { AppStore, RootState } from '../shared/store/store'
import type { IconName } from '../shared/ui/Icon'

/**
 * What a feature hands in to the room: all of it is optional. The frame in `app/` puts the pieces
 * where they belong and knows no feature by name; features know the room and never each other.
 */
export interface Part {
  panels?: readonly Panel[]
  pieces?: Pieces
  /** Asked for whenever the palette opens or a key is pressed, so the list may follow the state. */
  commands?: (room: Room) => Command[]
  /** Runs beside the session: begins with it, and the returned end is called before it goes. */
  session?: (room: Room) => () => void
  /** Fetched with the editor, and runs as long as the editor is there. */
  editor?: () => Promise<EditorPart>
  /** Fetched as soon as somebody reaches for a room. */
  early?: () => Promise<unknown>
  /**
   * Fetched a moment after the room: by the time somebody asks for it, the server may be away or
   * have the files of another version.
   */
  later?: () => Promise<unknown>
}

/** The room as its parts see it; one for each session. */
export interface Room {
  readonly session: Session
  readonly store: AppStore
  readonly parts: readonly Part[]
  /** The address that others open. */
  readonly link: string
  /** Set by the part that has the editor; null until then. */
  editor: EditorApi | null
  /** Of all parts, and of the frame. */
  commands(): Command[]
  /** Runs a command of any part; nothing happens when there is none of that id now. */
  run(commandId: string): void
  /** Brings a panel to the front, wherever this window has a place for it. */
  showPanel(id: string): void
  /** Brings the text to the front, and with a line, the caret to that line. */
  showText(line?: number): void
}

export interface PieceProps {
  room: Room
}

export type Piece = ComponentType<PieceProps>

/** Where a piece may stand, in the order of the eye. Those of one place stand in the order of the parts. */
export interface Pieces {
  /** In the toolbar, at its start. */
  title?: Piece
  status?: Piece
  /** In the toolbar, at its end. */
  tools?: Piece
  /** Above the text, when something is wrong. */
  bar?: Piece
  /** Between the bar and the text. */
  tabs?: Piece
  /** The text itself. */
  text?: Piece
  /** Over the text, as large as it. */
  overText?: Piece
  /** In one column, under the text: where the thumbs are. */
  keys?: Piece
  footer?: Piece
  footerEnd?: Piece
  /** No place of its own: dialogs, what is read out, what covers the page for a moment. */
  page?: Piece
}

export interface Panel {
  id: string
  label: string
  icon: IconName
  /** Of the text, on wide windows; on narrow ones every panel is a tab. */
  side: 'left' | 'right'
  /** How much there is that nobody here has seen. */
  badge?: (state: RootState) => number
  content: Piece
}

/** Works inside the editor: marks, glyphs, what is typed. Returns its end. */
export type EditorPart = (
  editor: editor.IStandaloneCodeEditor,
  host: EditorHost,
  room: Room,
) => () => void

export interface EditorAction {
  id: string
  label: string
}

/** What the page may ask of the editor. */
export interface EditorApi {
  focus(): void
  goToLine(line: number): void
  /** Selects whole lines of a file, as soon as that file is in view. */
  selectLines(file: string, from: number, to: number): void
  /** Lines that the selection touches, or the one of the caret. */
  selectedLines(): { from: number; to: number }
  /** Where the caret is. */
  line(): number
  /** Where a line stands in the shared text; null: there is no such line. */
  lineInText(line: number): { text: Y.Text; from: number; to: number } | null
  /** Indents the file that is shown by tabs or by spaces, all its lines. */
  indentBy(kind: 'tabs' | 'spaces'): void
  /** Of the editor's own commands, those that can be of use now. */
  actions(): EditorAction[]
  run(actionId: string): void
  /** As if typed: what types along, like closing brackets, does. */
  type(text: string): void
}
