/** Is this key one of an input method that is still at its word? Safari tells it by the code only. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}

/**
 * Keys of an input method are no commands, in no field of the page: the Enter that takes a word
 * sends no message, the arrows that choose one choose nothing else. The editor has its own ways.
 */
export function keepKeysOfComposition(view: Window): void {
  view.addEventListener(
    'keydown',
    (event) => {
      const inEditor = event.target instanceof Element && event.target.closest('.monaco-editor')
      if (isComposing(event) && !inEditor) event.stopImmediatePropagation()
    },
    true,
  )
}
