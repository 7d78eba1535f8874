import { useMemo } from 'react'
import type { RoomHistory } from '../../collab/history'
import { stretches } from '../../collab/playback'
import styles from './history.module.css'

const TRACKS_MAX = 8
/** Of the whole width, what a stretch takes at least, so that a single key is seen. */
const SEEN_PART = 0.003

interface Props {
  history: RoomHistory
  times: readonly number[]
  duration: number
}

/** One line for each person: when they wrote. The first row is the room's template, nobody's. */
export function Tracks({ history, times, duration }: Props) {
  const { moments } = history.timeline
  const count = moments.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list grows in place
  const tracks = useMemo(() => {
    const byAuthor = new Map<number, { from: number; to: number }[]>()
    for (const { author, from, to } of stretches(moments, times, duration / 200)) {
      if (author === 0) continue
      byAuthor.set(author, [...(byAuthor.get(author) ?? []), { from, to }])
    }
    return [...byAuthor]
  }, [moments, count, times, duration])

  const part = (time: number) => (duration > 0 ? time / duration : 0)
  return (
    <ul className={styles.tracks} aria-label="Who wrote when">
      {tracks.slice(0, TRACKS_MAX).map(([author, list]) => {
        const { name, color } = history.author(author)
        return (
          <li key={author} className={`${styles.track} person-${color % 8}`} title={name}>
            <span className={styles.trackName}>{name}</span>
            <svg
              className={styles.trackLine}
              viewBox="0 0 1 1"
              preserveAspectRatio="none"
              aria-hidden="true"
            >
              {list.map(({ from, to }) => (
                <rect
                  key={from}
                  x={part(from)}
                  y="0"
                  width={Math.max(SEEN_PART, part(to - from))}
                  height="1"
                  fill="var(--person)"
                />
              ))}
            </svg>
          </li>
        )
      })}
      {tracks.length > TRACKS_MAX && (
        <li className={styles.trackMore}>and {tracks.length - TRACKS_MAX} more</li>
      )}
    </ul>
  )
}
