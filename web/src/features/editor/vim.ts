import { initVimMode } from 'monaco-vim'
import type { monaco } from '../../shared/monaco/monaco'

export function startVim(
  editor: monaco.editor.IStandaloneCodeEditor,
  bar: HTMLElement | null,
): { dispose: () => void } {
  // Its types name the whole editor; ours is the same object by another path.
  return initVimMode(editor as Parameters<typeof initVimMode>[0], bar)
}
