export const BACKOFF_FIRST_MS = 300
export const BACKOFF_MAX_MS = 10_000

/** Doubles from 0.3 s to 10 s; between half and all of it, so that a crowd does not return at once. */
export function backoffMs(attempt: number, random: number): number {
  const whole = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 16))
  return Math.round(whole / 2 + (whole / 2) * random)
}
