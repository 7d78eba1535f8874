const DAY_MS = 86_400_000

/** Days for the server; 0 is never. */
export const KEEP_DAYS = [
  [1, 'a day'],
  [7, 'a week'],
  [30, '30 days'],
  [90, '90 days'],
  [365, 'a year'],
  [0, 'never deleted'],
] as const

/** When the room goes, in words that say what moves it. */
export function expiryWords(expiresAt: string | null | undefined, now = Date.now()): string {
  if (expiresAt === undefined) return ''
  if (expiresAt === null) return 'This room stays until it is deleted.'
  const at = Date.parse(expiresAt)
  if (!Number.isFinite(at)) return ''
  const days = Math.max(0, Math.round((at - now) / DAY_MS))
  const date = new Date(at).toLocaleDateString(undefined, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  })
  const left = days <= 1 ? 'a day' : `${days} days`
  return `This room is deleted after ${left} without a visit, on ${date}.`
}
