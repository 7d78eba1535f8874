import { useEffect } from 'react'
import type { Session } from '../collab/session'
import { downloadAll } from '../features/files/file-actions'
import { toast } from '../shared/lib/toasts'

/** When this window has to begin anew, what it had may be taken home: it is merged nowhere. */
export function useLostText(session: Session | null, roomName: string): void {
  useEffect(() => {
    if (!session) return
    return session.on('reset', () => {
      toast('What this window had before is not in the room.', {
        label: 'Download it',
        run: () => void downloadAll(session, roomName),
      })
    })
  }, [session, roomName])
}
