import { type MouseEvent, useState } from 'react'
import { navigate } from '../../shared/lib/navigate'
import { readRecent } from '../../shared/lib/recent'
import { roomPath } from '../../shared/lib/room-id'
import styles from './Landing.module.css'

const DAY_MS = 86_400_000

function ago(at: number, now: number): string {
  const days = Math.floor((now - at) / DAY_MS)
  if (days < 1) return 'today'
  return days === 1 ? 'yesterday' : `${days} days ago`
}

export function RecentRooms() {
  const [rooms] = useState(() => readRecent())
  const [now] = useState(() => Date.now())
  if (rooms.length === 0) return null

  const open = (event: MouseEvent, id: string) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    navigate(roomPath(id))
  }
  return (
    <nav aria-labelledby="recent-heading">
      <h2 id="recent-heading" className={styles.recentHeading}>
        Recent rooms
      </h2>
      <ul className={styles.recent}>
        {rooms.map((room) => (
          <li key={room.id}>
            <a href={roomPath(room.id)} onClick={(event) => open(event, room.id)}>
              <span className={styles.recentName}>{room.name || room.id}</span>
              <span className={styles.recentWhen}>{ago(room.at, now)}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
