import { changeRoom } from '../../shared/lib/api'
import { rememberRoom } from '../../shared/lib/recent'
import { roomSeen } from '../../shared/store/roomSlice'
import type { Room } from '../part'

export const NAME_CHARS_MAX = 100

/** '' when the room has that name now, else what is wrong. */
export async function renameRoom({ session, store }: Room, wanted: string): Promise<string> {
  const answer = await changeRoom(session.roomId, { name: wanted })
  if (!answer.ok) return answer.message
  const { name, expiresAt } = answer.value
  rememberRoom(session.roomId, name)
  store.dispatch(roomSeen({ name, expiresAt }))
  return ''
}
