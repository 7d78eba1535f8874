import { PASTE_BYTES_MAX, sizeWords } from '../../shared/lib/limits'
import { toast } from '../../shared/lib/toasts'
import type { EditorPart } from '../part'
import { addFiles } from './file-actions'

/** A paste of megabytes would stop everybody's typing: it is stopped here and may become a file. */
export const guardPaste: EditorPart = (editor, _host, { session }) => {
  const element = editor.getContainerDomNode()
  const guard = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text/plain') ?? ''
    // A character has three bytes at most, so short texts need no counting.
    if (text.length * 3 <= PASTE_BYTES_MAX) return
    const bytes = new TextEncoder().encode(text).length
    if (bytes <= PASTE_BYTES_MAX) return
    event.preventDefault()
    event.stopImmediatePropagation()
    toast(`That is ${sizeWords(bytes)}. A paste may be 1 MB, so that typing stays quick.`, {
      label: 'Add it as a file',
      run: () => {
        const file = new File([text], 'pasted.txt')
        void addFiles(session, [{ path: file.name, file }])
      },
    })
  }
  element.addEventListener('paste', guard, true)
  return () => element.removeEventListener('paste', guard, true)
}
