import { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'

/** Stock clients forget who is silent for 30 s. */
const RENEW_MS = 15_000

/**
 * Awareness that forgets nobody by the clock. Its own timer drops whoever was silent for 30 s: a
 * hidden tab, whose timers run once a minute, would go and come, and a clock that is set would
 * empty the room. The server says who left.
 */
export function steadyAwareness(doc: Y.Doc): Awareness {
  const awareness = new Awareness(doc)
  clearInterval(awareness._checkInterval)
  awareness._checkInterval = setInterval(() => {
    const state = awareness.getLocalState()
    if (state) awareness.setLocalState(state)
  }, RENEW_MS)
  return awareness
}
