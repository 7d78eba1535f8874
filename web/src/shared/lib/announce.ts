/** What is read out to those who do not see it: one region of the page, whatever tells. */
const GATHER_MS = 150

let waiting: string[] = []
const listeners = new Set<(text: string) => void>()

/** Said when the reader has time; what comes within a moment is said together. */
export function announce(text: string): void {
  if (text === '') return
  waiting.push(text)
  if (waiting.length > 1) return
  setTimeout(() => {
    const said = waiting.join(' ')
    waiting = []
    for (const listener of listeners) listener(said)
  }, GATHER_MS)
}

export function onAnnounced(listener: (text: string) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
