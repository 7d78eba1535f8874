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
  /** Not possible now: the sheet of keys shows it, the palette does not, and its keys do nothing. */
  off?: boolean
  run: () => void
}

const MODIFIERS = ['Ctrl', 'Alt', 'Shift'] as const
const IS_MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')

/** On a Mac, Ctrl is Command, and Alt is Control: Option writes letters there. */
function heldKeys(event: KeyboardEvent, mac: boolean) {
  const { ctrlKey, altKey, shiftKey, metaKey } = event
  // The third level of a layout writes text, whatever it says of Ctrl and Alt.
  if (event.getModifierState('AltGraph') || (mac && altKey)) return null
  return mac
    ? { Ctrl: metaKey, Alt: ctrlKey, Shift: shiftKey }
    : { Ctrl: ctrlKey || metaKey, Alt: altKey, Shift: shiftKey }
}

/** A key is the letter that it says. Only where it says none of ours, in Cyrillic, its place counts. */
function isKey(key: string, event: KeyboardEvent): boolean {
  if (event.key.toLowerCase() === key.toLowerCase()) return true
  if (/^[\x20-\x7e\p{Script=Latin}]$/u.test(event.key) || event.key.length > 2) return false
  return event.code === `Key${key}` || (key === ',' && event.code === 'Comma')
}

/** Does the event press exactly these keys? */
export function pressed(keys: string, event: KeyboardEvent, mac = IS_MAC): boolean {
  const parts = keys.split('+')
  const key = parts.at(-1) ?? ''
  const held = heldKeys(event, mac)
  if (!held) return false
  // A sign is where the layout has it, with Shift or without.
  const wanted = /[^\w,]/.test(key) ? MODIFIERS.filter((name) => name !== 'Shift') : MODIFIERS
  return wanted.every((name) => held[name] === parts.includes(name)) && isKey(key, event)
}

const MAC_WORDS = new Map([
  ['Ctrl', '⌘'],
  ['Alt', '⌃'],
  ['Shift', '⇧'],
])

export function keyWords(keys: string, mac = IS_MAC): string[] {
  return keys.split('+').map((key) => (mac ? (MAC_WORDS.get(key) ?? key) : key))
}
