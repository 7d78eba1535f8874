import { readStored, writeStored } from './storage'

export const NAME_LENGTH_MAX = 32
export const COLOR_COUNT = 8
export const DEFAULT_NAME = 'Guest'

/** One line, no control or direction characters, at most 32 characters; '' when nothing is left. */
export function cleanName(raw: unknown): string {
  if (typeof raw !== 'string') return ''
  const oneLine = raw.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').replace(/\s+/g, ' ')
  return [...oneLine.trim()].slice(0, NAME_LENGTH_MAX).join('').trim()
}

export function initials(name: string): string {
  const words = name.split(' ').filter(Boolean)
  const first = [...(words[0] ?? '?')][0] ?? '?'
  const second = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + second).toUpperCase()
}

/**
 * What makes this browser one author in the histories of its rooms. It goes to the server alone,
 * which shows others only a number made of it, another one in each room.
 */
export function personSecret(): string {
  const kept = readStored('person')
  if (kept !== null && /^[0-9a-f]{32}$/.test(kept)) return kept
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const made = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  writeStored('person', made)
  return made
}

export function rememberedName(): string {
  return cleanName(readStored('name'))
}

export function rememberName(name: string): void {
  writeStored('name', cleanName(name) || null)
}
