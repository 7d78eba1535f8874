import { useCallback, useEffect } from 'react'
import { clearToasts } from '../shared/lib/toasts'
import { useAppSelector } from '../shared/store/hooks'
import { Frame } from './Frame'
import { LostPage } from './LostPage'
import { useAhead } from './useAhead'
import { useRoom } from './useRoom'

export default function RoomPage({ id }: { id: string }) {
  const { room, reopen } = useRoom(id)
  const name = useAppSelector((state) => state.room.name)
  const unread = useAppSelector((state) => state.room.unread)
  const lost = useAppSelector(({ room }) => (room.ready ? null : room.problem))

  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${name || 'Room'} · Tandem`
    return () => {
      document.title = 'Tandem'
    }
  }, [name, unread])
  useEffect(() => clearToasts, [])
  useAhead()

  const made = useCallback(() => reopen(), [reopen])
  // Who has the text already keeps it in view, whatever became of the room.
  if (lost) return <LostPage problem={lost} roomId={id} onMade={made} />
  return room && <Frame room={room} />
}
