import { toast } from '../../shared/lib/toasts'
import type { Room } from '../part'

/** "Bring everyone to me": told to those who are brought, with the way back, or asked of the busy. */
export function hearCalls({ session: { follow } }: Room): () => void {
  return follow.on('called', ({ member, brought, before }) => {
    if (brought) {
      toast(`${member.name} brought you here.`, {
        label: 'Go back',
        run: () => follow.returnTo(before),
      })
    } else {
      toast(`${member.name} asks everyone to come.`, {
        label: 'Go',
        run: () => follow.start(member.clientId),
      })
    }
  })
}
