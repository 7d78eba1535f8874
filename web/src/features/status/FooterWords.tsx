import { useAppSelector } from '../../shared/store/hooks'
import { edits } from './words'

export function FooterWords() {
  const readOnly = useAppSelector((state) => state.room.readOnly)
  const waiting = useAppSelector(({ room }) => (room.link === 'live' ? 0 : room.waiting))
  return (
    <>
      {waiting > 0 && <span>{edits(waiting)} not yet saved</span>}
      {readOnly && <span>Read only</span>}
    </>
  )
}
