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

export function rememberedName(): string {
  return cleanName(readStored('name'))
}

export function rememberName(name: string): void {
  writeStored('name', cleanName(name) || null)
}
