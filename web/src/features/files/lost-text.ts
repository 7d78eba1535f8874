import { toast } from '../../shared/lib/toasts'
import type { Room } from '../part'
import { downloadAll } from './file-actions'

/** When this window has to begin anew, what it had may be taken home: it is merged nowhere. */
export function offerLostText({ session, store }: Room): () => void {
  return session.on('reset', () => {
    toast('What this window had before is not in the room.', {
      label: 'Download it',
      run: () => void downloadAll(session, store.getState().room.name),
    })
  })
}
