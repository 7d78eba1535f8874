import { useAppSelector } from '../../shared/store/hooks'
import { dialogShown } from '../../shared/store/layoutSlice'
import type { Part, PieceProps } from '../part'
import { RoomDialog } from './RoomDialog'
import { RoomName } from './RoomName'

function Dialog({ room }: PieceProps) {
  const open = useAppSelector((state) => state.layout.dialog === 'room')
  return open && <RoomDialog onClose={() => room.store.dispatch(dialogShown(null))} />
}

/** What the room itself is: its name, its life, its end. */
export const roomFacts: Part = {
  pieces: { title: RoomName, page: Dialog },
  commands: ({ store }) => [
    {
      id: 'room',
      group: 'Room',
      label: 'This room: name, expiry, delete',
      words: 'rename',
      run: () => store.dispatch(dialogShown('room')),
    },
  ],
}
