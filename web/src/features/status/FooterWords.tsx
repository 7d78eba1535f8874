import { useEffect } from 'react'
import { toast } from '../../shared/lib/toasts'
import { useAppSelector } from '../../shared/store/hooks'
import { edits } from './words'

export function FooterWords() {
  const readOnly = useAppSelector((state) => state.room.readOnly)
  const waiting = useAppSelector(({ room }) => (room.link === 'live' ? 0 : room.waiting))
  const kept = useAppSelector((state) => state.room.kept)
  // Once, and without alarm: while there is a connection nothing is in danger.
  useEffect(() => {
    if (!kept) toast('This browser keeps no copy of the text. The server does.')
  }, [kept])
  return (
    <>
      {waiting > 0 && <span>{edits(waiting)} not yet saved</span>}
      {!kept && <span>No copy in this browser</span>}
      {readOnly && <span>Read only</span>}
    </>
  )
}
