import { useCallback, useEffect, useMemo } from 'react'
import type { Session } from '../collab/session'
import { watchDeletions } from '../features/files/file-actions'
import { LostPage } from '../features/room/LostPage'
import { useRoomSession } from '../features/room/useRoomSession'
import { roomLink } from '../shared/lib/room-id'
import { clearToasts } from '../shared/lib/toasts'
import { useAppSelector } from '../shared/store/hooks'
import { loadEditor, RoomView } from './RoomView'
import { useAhead } from './useAhead'
import { useCalls } from './useCalls'
import { useLostText } from './useLostText'

export function prefetchEditor(): void {
  void loadEditor()
}

interface Props {
  id: string
  onToggleTheme: () => void
}

export default function RoomPage({ id, onToggleTheme }: Props) {
  const { session, rename, setPeople, reopen } = useRoomSession(id)
  const name = useAppSelector((state) => state.room.name)
  const readOnly = useAppSelector((state) => state.room.readOnly)
  const lost = useAppSelector(({ room }) => (room.ready ? null : room.problem))
  const link = useMemo(() => roomLink(id), [id])

  useEffect(() => {
    document.title = `${name || 'Room'} · Tandem`
    return () => {
      document.title = 'Tandem'
    }
  }, [name])
  useEffect(() => clearToasts, [])
  // Who only reads cannot bring a file back.
  useDeletions(readOnly ? null : session)
  useCalls(session)
  useAhead()
  useLostText(session, name)

  const made = useCallback(() => reopen(), [reopen])
  // Who has the text already keeps it in view, whatever became of the room.
  if (lost) return <LostPage problem={lost} roomId={id} onMade={made} />
  return (
    <RoomView
      session={session}
      link={link}
      rename={rename}
      onPeople={setPeople}
      onToggleTheme={onToggleTheme}
    />
  )
}

function useDeletions(session: Session | null): void {
  useEffect(() => (session ? watchDeletions(session) : undefined), [session])
}
