import type { EditorHost } from '../../collab/editor-host'
import { monaco } from '../../shared/monaco/monaco'
import type { EditorApi } from '../part'

type Editor = monaco.editor.IStandaloneCodeEditor

export function makeApi(editor: Editor, host: EditorHost): EditorApi {
  return {
    focus: () => editor.focus(),
    goToLine: (line) => host.goToLine(line),
    line: () => editor.getPosition()?.lineNumber ?? 1,
    lineInText: (line) => host.lineInText(line),
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
