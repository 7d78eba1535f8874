import { lazy, Suspense } from 'react'
import { toast } from '../../shared/lib/toasts'
import { useAppSelector } from '../../shared/store/hooks'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { Part, PieceProps } from '../part'
import styles from './history.module.css'
import { lineAuthor } from './line-author'
import { followAddress, togglePast } from './past'
import { tellRestores } from './restores'

// Its styles come with the room: Vite asks only once for a sheet, also for one that failed.
import './past.css'

const load = () => import('./HistoryPane')
/** Fetched a moment after the room: Monaco's look at a text, and what compares two of them. */
const HistoryPane = lazy(load)

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
  return (
    past && (
      <Suspense fallback={<div className={styles.view} aria-busy="true" />}>
        <HistoryPane key={past.seq} room={room} startSeq={past.seq} />
      </Suspense>
    )
  )
}

export const history: Part = {
  pieces: { tools: HistoryButton, overText: Past },
  commands: (room) => [
    {
      id: 'history',
      group: 'Room',
      label: 'History and playback',
      words: 'past restore versions replay',
      keys: 'Alt+Shift+H',
      run: () => togglePast(room),
    },
    {
      id: 'line-author',
      group: 'People',
      label: 'Who wrote this line?',
      words: 'blame author',
      run: async () => {
        const { session, editor } = room
        const place = () => editor?.lineInText(editor.line()) ?? null
        const words = await lineAuthor(session, place)
        toast(words || 'Nobody is known for this line.')
      },
    },
  ],
  session: (room) => {
    const ends = [followAddress(room), tellRestores(room)]
    return () => {
      for (const end of ends) end()
    }
  },
  editor: async () => (await import('./line-authors')).showLineAuthors,
  later: load,
}
