import { copyText } from '../../shared/lib/clipboard'
import { toast } from '../../shared/lib/toasts'
import { useAppSelector } from '../../shared/store/hooks'
import { dialogShown } from '../../shared/store/layoutSlice'
import { Button } from '../../shared/ui/Button'
import { CopyButton } from '../../shared/ui/CopyButton'
import type { Part, PieceProps } from '../part'
import { RoomDialog } from './RoomDialog'
import styles from './room.module.css'

function RoomName({ room }: PieceProps) {
  const { id, name } = useAppSelector((state) => state.room)
  return (
    <h1 className={styles.name}>
      <Button
        look="quiet"
        className={styles.roomName}
        title={`${name || id}: rename, expiry, delete`}
        onClick={() => room.store.dispatch(dialogShown('room'))}
      >
        <span className={styles.nameText}>{name || id}</span>
      </Button>
    </h1>
  )
}

function CopyButtons({ room }: PieceProps) {
  return (
    <>
      <CopyButton text={room.session.roomId} look="quiet" className="wide-only">
        Copy id
      </CopyButton>
      <CopyButton text={room.link} look="accent">
        Copy link
      </CopyButton>
    </>
  )
}

function Dialog({ room }: PieceProps) {
  const open = useAppSelector((state) => state.layout.dialog === 'room')
  return open && <RoomDialog onClose={() => room.store.dispatch(dialogShown(null))} />
}

/** What the room itself is: its name, its link, its end. */
export const roomFacts: Part = {
  pieces: { title: RoomName, tools: CopyButtons, page: Dialog },
  commands: ({ link, store }) => [
    {
      id: 'copy-link',
      group: 'Room',
      label: 'Copy link to this room',
      words: 'invite share',
      run: async () => {
        toast((await copyText(link)) ? 'Link copied.' : `Copy it by hand: ${link}`)
      },
    },
    {
      id: 'room',
      group: 'Room',
      label: 'This room: name, expiry, delete',
      words: 'rename',
      run: () => store.dispatch(dialogShown('room')),
    },
  ],
}
