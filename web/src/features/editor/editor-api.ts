import type { EditorHost } from '../../collab/editor-host'
import type { Session } from '../../collab/session'
import { lineAuthor } from './line-authors'
import { monaco } from './monaco'

type Editor = monaco.editor.IStandaloneCodeEditor

export interface EditorAction {
  id: string
  label: string
}

/** What the rest of the page may ask of the editor. */
export interface EditorApi {
  focus(): void
  goToLine(line: number): void
  /** Who wrote the line the caret is in, in words; '' when it cannot be known. */
  lineAuthor(): Promise<string>
  /** The editor's own commands, as the palette lists them. */
  actions(): EditorAction[]
  run(actionId: string): void
}

export function makeApi(editor: Editor, host: EditorHost, session: Session): EditorApi {
  return {
    focus: () => editor.focus(),
    goToLine: (line) => host.goToLine(line),
    lineAuthor: () => lineAuthor(session, host, editor.getPosition()?.lineNumber ?? 0),
    actions: () =>
      editor
        .getSupportedActions()
        .filter(({ id, label }) => label !== '' && id !== PALETTE)
        .map(({ id, label }) => ({ id, label })),
    run: (actionId) => {
      editor.focus()
      editor.trigger('palette', actionId, null)
    },
  }
}

const PALETTE = 'editor.action.quickCommand'

/** There is one palette: the editor's own key and menu entry open ours. */
export function routePalette(open: () => void): monaco.IDisposable {
  return monaco.editor.registerCommand(PALETTE, open)
}
