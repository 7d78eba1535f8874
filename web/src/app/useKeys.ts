import { useEffect, useRef } from 'react'
import { type Command, pressed } from '../shared/lib/command'

/** Typing goes into it, so a bare character is no command there. */
function takesText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], .monaco-editor') !== null
  )
}

/** Runs commands by their keys, before the editor and the browser see them. */
export function useKeys(commands: () => readonly Command[]): void {
  const latest = useRef(commands)
  latest.current = commands

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { key, ctrlKey, altKey, metaKey } = event
      const bare = key === '?'
      // A character alone is text, and typing must cost nothing.
      if (key.length === 1 && !ctrlKey && !altKey && !metaKey && !bare) return
      if (event.isComposing || document.querySelector('dialog[open]')) return
      if (bare && takesText(event.target)) return
      const palette = pressed('Ctrl+Shift+P', event)
      const command = latest
        .current()
        .find(({ id, keys }) => (keys && pressed(keys, event)) || (palette && id === 'palette'))
      if (!command || command.off) return
      event.preventDefault()
      event.stopImmediatePropagation()
      command.run()
    }
    addEventListener('keydown', onKey, true)
    return () => removeEventListener('keydown', onKey, true)
  }, [])
}
