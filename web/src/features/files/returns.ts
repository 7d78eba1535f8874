import type { ReturnedFile } from '../../collab/files'
import type { Session } from '../../collab/session'
import { toast } from '../../shared/lib/toasts'
import type { Room } from '../part'
import { deleteFile } from './file-actions'

/** "c.py is back", why, and under which name when its own was given again. */
function words(file: ReturnedFile, session: Session): string {
  const as = file.before === file.name ? '' : ` as ${file.name}`
  if (file.why === 'edit') return `${file.before} was deleted. What you wrote brought it back${as}.`
  const member = session.members().find(({ clientId }) => clientId === file.clientId)
  if (!member) return `${file.before} is back${as}.`
  if (member.file === file.id) return `${file.before} is back${as}: ${member.name} writes in it.`
  return `${member.name} brought ${file.before} back${as}.`
}

/**
 * A deleted file that is in the list again is told to whose writing brought it back, to who deleted
 * it and to who has it in view. Who asked for it knows.
 */
export function tellReturns({ session, store }: Room): () => void {
  return session.files.on('returned', (returned) => {
    for (const file of returned) {
      const concerned = file.why === 'edit' || file.removedHere || file.id === session.file
      if (file.why === 'asked' || !concerned) continue
      const again = { label: 'Delete it', run: () => deleteFile(session, file.id) }
      if (store.getState().room.readOnly) toast(words(file, session))
      else toast(words(file, session), again)
    }
  })
}
