import { RoomFiles } from '../../collab/files'
import { toast } from '../../shared/lib/toasts'
import type { Room } from '../part'
import { downloadAll, type Texts } from './file-actions'

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

/** What this window had and can be merged nowhere may be taken home. */
export function offerLostText({ session, store }: Room): () => void {
  const offer = (texts: Texts) => {
    const { name } = store.getState().room
    setLostText(() => void downloadAll(texts, name))
  }
  const ends = [
    session.on('reset', (reason) => {
      // Of another's client id: the next session writes it again, or says that it could not.
      if (reason === 'history') offer(session)
    }),
    session.on('carried', ({ written, doc }) => {
      if (written) toast('What you wrote meanwhile is in the room, written again.')
      else offer({ doc, files: new RoomFiles(doc) })
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}
