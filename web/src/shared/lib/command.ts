export const GROUPS = ['Room', 'People', 'Files', 'View', 'Editor'] as const

/** Something a person can do from the palette, and by keys. */
export interface Command {
  id: string
  label: string
  group: (typeof GROUPS)[number]
  /** "Ctrl+Shift+P"; Ctrl is also the command key of a Mac. */
  keys?: string
  /** More words to find it by. */
  words?: string
  run: () => void
}

const MODIFIERS = ['Ctrl', 'Alt', 'Shift'] as const

/** Does the event press exactly these keys? Letters go by their place, so layouts do not matter. */
export function pressed(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split('+')
  const key = parts.at(-1) ?? ''
  const held = { Ctrl: event.ctrlKey || event.metaKey, Alt: event.altKey, Shift: event.shiftKey }
  // A sign is where the layout has it, with Shift or without.
  const wanted = /[^\w,]/.test(key) ? MODIFIERS.filter((name) => name !== 'Shift') : MODIFIERS
  if (wanted.some((name) => held[name] !== parts.includes(name))) return false
  return event.key === key || event.code === `Key${key}` || (key === ',' && event.code === 'Comma')
}

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')

export function keyWords(keys: string): string[] {
  return keys.split('+').map((key) => (isMac && key === 'Ctrl' ? '⌘' : key))
}
