import { toast } from '../../shared/lib/toasts'
import { useAppSelector } from '../../shared/store/hooks'
import { pastShown } from '../../shared/store/layoutSlice'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { Part, PieceProps } from '../part'
import { HistoryPane, loadPastText } from './HistoryPane'
import { lineAuthor } from './line-author'
import { followAddress, togglePast } from './past'

// Its styles come with the room: Vite asks only once for a sheet, also for one that failed.
import './past.css'

function HistoryButton({ room }: PieceProps) {
  const open = useAppSelector((state) => state.layout.past !== null)
  return (
    <Button
      look="quiet"
      shape="square"
      aria-label="History"
      aria-pressed={open}
      title="History and playback (Alt+Shift+H)"
      onClick={() => togglePast(room)}
    >
      <Icon name="history" />
    </Button>
  )
}

function Past({ room }: PieceProps) {
  const past = useAppSelector((state) => state.layout.past)
  return past && <HistoryPane key={past.seq} room={room} startSeq={past.seq} />
}

export const history: Part = {
  pieces: { tools: HistoryButton, overText: Past },
  commands: ({ session, store, editor }) => [
    {
      id: 'history',
      group: 'Room',
      label: 'History and playback',
      words: 'past restore versions replay',
      keys: 'Alt+Shift+H',
      run: () => store.dispatch(pastShown({ seq: null })),
    },
    {
      id: 'line-author',
      group: 'People',
      label: 'Who wrote this line?',
      words: 'blame author',
      run: async () => {
        const place = () => editor?.lineInText(editor.line()) ?? null
        const words = await lineAuthor(session, place)
        toast(words || 'Nobody is known for this line.')
      },
    },
  ],
  session: followAddress,
  editor: async () => (await import('./line-authors')).showLineAuthors,
  later: loadPastText,
}
