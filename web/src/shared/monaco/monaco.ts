import * as monaco from 'monaco-editor/editor'
import './features'
import 'monaco-editor/languages/definitions/python/register'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import { PYTHON } from './python'

// Brackets, comments and indentation are Monaco's; the colours are ours.
monaco.languages.setMonarchTokensProvider('python', PYTHON)

self.MonacoEnvironment = { getWorker: () => new EditorWorker() }

/** On a Mac, Option writes letters: with Shift it is Å, and not a comment. */
if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  const { Alt, Shift } = monaco.KeyMod
  const { KeyA, KeyF, KeyI, KeyO } = monaco.KeyCode
  const taken: readonly (readonly [key: number, command: string])[] = [
    [KeyA, 'editor.action.blockComment'],
    [KeyI, 'editor.action.insertCursorAtEndOfEachLineSelected'],
    [KeyF, 'editor.action.formatDocument'],
    [KeyO, 'editor.action.organizeImports'],
  ]
  const free = taken.map(([key, id]) => ({ keybinding: Alt | Shift | key, command: `-${id}` }))
  monaco.editor.addKeybindingRules(free)
}

export { monaco }
