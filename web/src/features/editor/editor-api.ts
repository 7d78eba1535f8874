import type { EditorHost } from '../../collab/editor-host'
import { toast } from '../../shared/lib/toasts'
import { monaco } from '../../shared/monaco/monaco'
import type { EditorApi } from '../part'
import { EDITOR_COMMANDS } from './editor-commands'
import type { Indentation } from './indentation'

type Editor = monaco.editor.IStandaloneCodeEditor

export function makeApi(editor: Editor, host: EditorHost, indentation: Indentation): EditorApi {
  const indentBy = async (kind: 'tabs' | 'spaces') => {
    if (editor.getOption(monaco.editor.EditorOption.readOnly)) return
    host.breakUndo()
    const changed = await indentation.use(kind === 'tabs')
    host.breakUndo()
    if (!changed) return
    toast(`All lines are indented by ${kind} now.`, {
      label: 'Undo',
      run: () => editor.trigger('indentation', 'undo', null),
    })
  }
  return {
    focus: () => editor.focus(),
    goToLine: (line) => host.goToLine(line),
    selectLines: (file, from, to) => host.selectLines(file, from, to),
    selectedLines: () => {
      const selection = editor.getSelection()
      if (!selection) return { from: 1, to: 1 }
      const { startLineNumber: from, endLineNumber: end, endColumn } = selection
      // A selection that ends before the first letter of a line does not reach into it.
      return { from, to: end > from && endColumn === 1 ? end - 1 : end }
    },
    line: () => editor.getPosition()?.lineNumber ?? 1,
    lineInText: (line) => host.lineInText(line),
    indentBy: (kind) => void indentBy(kind),
    actions: () =>
      EDITOR_COMMANDS.filter(([id]) => editor.getAction(id)?.isSupported()).map(([id, label]) => ({
        id,
        label,
      })),
    type: (text) => {
      editor.focus()
      // By this name Monaco interprets it as it does keys: brackets close.
      editor.trigger('keyboard', 'type', { text })
    },
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
