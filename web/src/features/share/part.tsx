import { copyText } from '../../shared/lib/clipboard'
import { toast } from '../../shared/lib/toasts'
import { useAppSelector } from '../../shared/store/hooks'
import { dialogShown } from '../../shared/store/layoutSlice'
import { Button } from '../../shared/ui/Button'
import type { Part, PieceProps, Room } from '../part'
import { loadQrCode, ShareSheet } from './ShareSheet'

const open = ({ store }: Room) => store.dispatch(dialogShown('share'))

function ShareButton({ room }: PieceProps) {
  return (
    <Button look="accent" onClick={() => open(room)}>
      Share
    </Button>
  )
}

function Sheet({ room }: PieceProps) {
  const shown = useAppSelector((state) => state.layout.dialog === 'share')
  return shown && <ShareSheet room={room} onClose={() => room.store.dispatch(dialogShown(null))} />
}

const copy = async (text: string, what: string) => {
  toast((await copyText(text)) ? `${what} copied.` : `Copy it by hand: ${text}`)
}

export const share: Part = {
  pieces: { tools: ShareButton, page: Sheet },
  commands: (room) => [
    {
      id: 'share',
      group: 'Room',
      label: 'Share this room',
      words: 'invite link qr code phone',
      run: () => open(room),
    },
    {
      id: 'copy-link',
      group: 'Room',
      label: 'Copy the link of this room',
      words: 'invite share',
      run: () => void copy(room.link, 'Link'),
    },
    {
      id: 'copy-id',
      group: 'Room',
      label: 'Copy the id of this room',
      words: 'invite share',
      run: () => void copy(room.session.roomId, 'Id'),
    },
  ],
  later: loadQrCode,
}
