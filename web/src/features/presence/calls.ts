import { toast } from '../../shared/lib/toasts'
import { roomSeen } from '../../shared/store/roomSlice'
import type { Room } from '../part'

/** "Bring everyone to me": those who are brought are told, with the way back; the busy are asked. */
export function hearCalls({ session: { follow }, store }: Room): () => void {
  return follow.on('called', ({ member, brought, before }) => {
    const { clientId, name } = member
    if (!brought) {
      store.dispatch(roomSeen({ calledBy: { clientId, name } }))
      return
    }
    store.dispatch(roomSeen({ calledBy: null }))
    toast(`${name} brought you here.`, { label: 'Go back', run: () => follow.returnTo(before) })
  })
}

export function callEveryone({ session: { follow }, store }: Room): void {
  follow.callEveryone()
  store.dispatch(roomSeen({ calling: true }))
}

/** "7 of 12 here" */
export function hereWords(others: readonly { followsYou: boolean }[]): string {
  const here = others.filter((peer) => peer.followsYou).length
  if (here === others.length) return here === 1 ? 'The other one is here.' : `All ${here} are here.`
  return `${here} of ${others.length} here.`
}
