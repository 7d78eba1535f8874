import { useState } from 'react'
import { createRoom } from '../shared/lib/api'
import { BASE } from '../shared/lib/base'
import { navigate } from '../shared/lib/navigate'
import { roomPath } from '../shared/lib/room-id'
import type { Problem } from '../shared/store/roomSlice'
import { Button } from '../shared/ui/Button'
import { HomeLink } from '../shared/ui/HomeLink'
import styles from './LostPage.module.css'

interface Props {
  problem: Problem | 'no-page' | 'broken'
  /** The room that is not there, which can be made. */
  roomId?: string
  onMade?: () => void
}

const WORDS: Record<Props['problem'], { title: string; text: string }> = {
  'not-found': {
    title: 'There is no room here',
    text: 'The link may be cut short, or the room was not used for so long that it expired.',
  },
  deleted: { title: 'This room was deleted', text: 'Its owner removed it, with its text.' },
  'no-access': {
    title: 'You cannot enter this room',
    text: 'Ask the person who sent you the link to let you in.',
  },
  'no-page': { title: 'There is nothing here', text: 'The address leads to no page of Tandem.' },
  broken: {
    title: 'The page failed',
    text: 'The fault is ours. Your text is safe; reload to go on.',
  },
}

/** Where a link that leads nowhere arrives: what happened, and two ways on. */
export function LostPage({ problem, roomId, onMade }: Props) {
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const { title, text } = WORDS[problem]

  const create = async () => {
    setBusy(true)
    const answer = await createRoom()
    setBusy(false)
    if (answer.ok) navigate(roomPath(answer.value.id))
    else setError(answer.message)
  }

  const createHere = async () => {
    setBusy(true)
    const answer = await createRoom(roomId)
    setBusy(false)
    // Somebody else may have been quicker: then it is there as well.
    if (answer.ok || answer.status === 409) onMade?.()
    else setError(answer.message)
  }

  return (
    <div className={styles.page}>
      <header className={styles.bar}>
        <HomeLink />
      </header>
      <main className={styles.card}>
        <svg className={styles.mark} width="72" height="48" viewBox="0 0 72 48" aria-hidden="true">
          <g fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round">
            <path d="M10 10 18 36" />
            <path d="M62 12 44 30" strokeDasharray="1 7" />
            <path d="M6 44h24M38 44h6M52 44h3" />
          </g>
        </svg>
        <h1>{title}</h1>
        <p>{text}</p>
        <div className={styles.actions}>
          {problem === 'broken' ? (
            <Button look="accent" shape="large" onClick={() => location.reload()}>
              Reload
            </Button>
          ) : (
            <Button look="accent" shape="large" onClick={create} disabled={busy}>
              New room
            </Button>
          )}
          {problem === 'not-found' && roomId && onMade && (
            <Button shape="large" onClick={createHere} disabled={busy}>
              Make a room with this id
            </Button>
          )}
          <Button shape="large" onClick={() => navigate(BASE)}>
            Go home
          </Button>
        </div>
        <p role="alert" className={styles.error}>
          {error}
        </p>
      </main>
    </div>
  )
}
