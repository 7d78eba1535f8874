import { RoomFiles } from '../../collab/files'
import { toast } from '../../shared/lib/toasts'
import type { Room } from '../part'
import { downloadAll, type Texts } from './file-actions'

/** What this window had and can be merged nowhere may be taken home. */
export function offerLostText({ session, store }: Room): () => void {
  const offer = (texts: Texts) => {
    toast('What this window had before is not in the room.', {
      label: 'Download it',
      run: () => void downloadAll(texts, store.getState().room.name),
    })
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
