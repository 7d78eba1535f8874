import type { Room } from '../part'
import { downloadAll } from './file-actions'

/** Takes home what a window had; null: there is nothing. It outlives the room's session. */
let download: (() => void) | null = null
const listeners = new Set<() => void>()

export function setLostText(next: (() => void) | null): void {
  download = next
  for (const listener of listeners) listener()
}

export const lostText = (): (() => void) | null => download

export function onLostText(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** When this window has to begin anew, what it had may be taken home: it is merged nowhere. */
export function offerLostText({ session, store }: Room): () => void {
  return session.on('reset', () => {
    const { name } = store.getState().room
    setLostText(() => void downloadAll(session, name))
  })
}
