import type { RoomHistory, Version } from '../../collab/history'
import styles from './history.module.css'
import { MomentNames } from './MomentNames'
import { Tracks } from './Tracks'
import { PlaybackChoices, Transport } from './Transport'
import type { Playback } from './usePlayback'

interface Props {
  history: RoomHistory
  playback: Playback
  /** The moment that is shown, in words. */
  words: string
  /** All of the history could be fetched, as far as is known. */
  reachable: boolean
  comparing: boolean
  onComparing: (comparing: boolean) => void
  onName: (seq: number, name: string) => Promise<Version | null>
}

/** Where in time one is, and the ways to elsewhere. */
export function HistoryFooter(props: Props) {
  const { history, playback, words, reachable } = props
  const { timeline } = history
  return (
    <footer className={styles.foot}>
      {!reachable && (
        <p className={styles.note} role="alert">
          Not all of the history could be fetched.{' '}
          <button type="button" className={styles.inline} onClick={() => void history.load()}>
            Try again
          </button>
        </p>
      )}
      {timeline.cut && (
        <p className={styles.note} role="alert">
          This server keeps history for a while only. What is left builds on what is gone, and
          cannot be played.
        </p>
      )}
      {reachable && history.progress < 1 && (
        <p className={styles.note}>Fetching, {Math.round(history.progress * 100)} %</p>
      )}
      <Tracks history={history} times={playback.times} duration={playback.duration} />
      <Transport playback={playback} moment={words} />
      <div className={styles.choices}>
        <PlaybackChoices playback={playback} />
        <label className={styles.choice}>
          <input
            type="checkbox"
            checked={props.comparing}
            onChange={(event) => props.onComparing(event.target.checked)}
          />
          Compare with now
        </label>
        <MomentNames
          history={history}
          seq={timeline.moments[playback.index]?.seq ?? null}
          onGo={(seq) => {
            playback.play(false)
            playback.seek(playback.times[timeline.indexOfSeq(seq)] ?? 0)
          }}
          onName={props.onName}
        />
      </div>
    </footer>
  )
}
