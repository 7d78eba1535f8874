import { PASTE_BYTES_MAX } from '../../shared/lib/limits'

/** A paste of megabytes would stop everybody's typing: it is stopped here and may become a file. */
export function guardPaste(
  element: HTMLElement,
  onLong: (text: string, bytes: number) => void,
): { dispose: () => void } {
  const guard = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text/plain') ?? ''
    // A character has three bytes at most, so short texts need no counting.
    if (text.length * 3 <= PASTE_BYTES_MAX) return
    const bytes = new TextEncoder().encode(text).length
    if (bytes <= PASTE_BYTES_MAX) return
    event.preventDefault()
    event.stopImmediatePropagation()
    onLong(text, bytes)
  }
  element.addEventListener('paste', guard, true)
  return { dispose: () => element.removeEventListener('paste', guard, true) }
}
