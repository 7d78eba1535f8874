import { type RefObject, useEffect } from 'react'
import type { EditorHost } from '../../collab/editor-host'
import type { Session } from '../../collab/session'
import { toast } from '../../shared/lib/toasts'
import type { monaco } from '../../shared/monaco/monaco'

/** Vim keys, loaded when somebody wants them. The line under the text shows mode and command. */
export function useVim(
  wanted: boolean,
  session: Session,
  shown: () => { editor: monaco.editor.IStandaloneCodeEditor; host: EditorHost } | null,
  bar: RefObject<HTMLElement | null>,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session has a new editor.
  useEffect(() => {
    const at = shown()
    if (!wanted || !at) return
    let gone = false
    let vim: { dispose: () => void } | null = null
    void import('./vim').then(
      ({ startVim }) => {
        if (!gone) vim = startVim(at.editor, bar.current, () => at.host.othersWrite)
      },
      () => toast('Vim keys could not be loaded. They come when the server is back.'),
    )
    return () => {
      gone = true
      vim?.dispose()
    }
  }, [wanted, session])
}
