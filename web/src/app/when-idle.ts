const WAIT_MS_MAX = 2_000

/** Safari has no idle callbacks. */
export function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: WAIT_MS_MAX })
  else setTimeout(work, 0)
}

interface Connection {
  saveData?: boolean
}

/** Has this person asked for little to be fetched? */
export function savesData(): boolean {
  const { connection } = navigator as Navigator & { connection?: Connection }
  return connection?.saveData === true
}
