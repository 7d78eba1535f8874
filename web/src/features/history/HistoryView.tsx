import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import type { RoomHistory, Version } from '../../collab/history'
import type { Moment, TextEdit } from '../../collab/timeline'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import styles from './history.module.css'
import { MomentNames } from './MomentNames'
import { Tracks } from './Tracks'
import { PlaybackChoices, Transport } from './Transport'
import { type Playback, usePlayback } from './usePlayback'

export interface ShownMoment {
  /** As the file was called then. */
  name: string
  text: string
  /** What this moment changed in that text, and who did. */
  edits: readonly TextEdit[]
  color: number
}

interface Props {
  history: RoomHistory
  /** Row to stand at when the view opens; null: the end. */
  startSeq: number | null
  canWrite: boolean
  /** Draws a text that nobody can write into. */
  renderText: (shown: ShownMoment) => ReactNode
  onRestore: (index: number) => void
  onName: (seq: number, name: string) => Promise<Version | null>
  onCopyLink: (seq: number) => void
  onClose: () => void
}

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** Shows one file: the one that this moment changed, else the one shown before. */
function useShownFile(history: RoomHistory, moment: Moment | undefined): string {
  const [file, setFile] = useState('main')
  const changed = moment?.edits.at(-1)?.file
  useEffect(() => {
    if (changed !== undefined) setFile(changed)
  }, [changed])
  return changed ?? file ?? history.timeline.textsAt(-1).keys().next().value ?? 'main'
}

function useStart(history: RoomHistory, playback: Playback, startSeq: number | null): boolean {
  const [whole, setWhole] = useState<boolean | null>(null)
  const placed = useRef(false)
  useEffect(() => {
    let left = false
    void history.load().then((ok) => {
      if (!left) setWhole(ok)
    })
    return () => {
      left = true
    }
  }, [history])
  useEffect(() => {
    if (whole === null || placed.current) return
    placed.current = true
    const { times, duration, seek } = playback
    seek(startSeq === null ? duration : (times[history.timeline.indexOfSeq(startSeq)] ?? 0))
  }, [whole, history, playback, startSeq])
  return whole !== false
}

export function HistoryView(props: Props) {
  const { history, startSeq, canWrite, renderText } = props
  const playback = usePlayback(history)
  const reachable = useStart(history, playback, startSeq)
  const { index } = playback
  const moment = history.timeline.moments[index]
  const file = useShownFile(history, moment)
  const name = history.timeline.filesAt(index).get(file) ?? 'main.py'
  const shown = useMemo<ShownMoment>(() => {
    const edits = moment?.edits.filter((edit) => edit.file === file) ?? []
    const color = moment ? history.author(moment.author).color : 0
    return { name, text: history.timeline.textsAt(index).get(file) ?? '', edits, color }
  }, [history, index, moment, file, name])
  const who = moment ? history.author(moment.author).name : ''
  const words = moment ? `${when.format(new Date(moment.at))}, ${who}, ${name}` : 'The beginning'

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) props.onClose()
  }

  return (
    <section className={styles.view} aria-label="History" onKeyDown={onKeyDown}>
      <header className={styles.head}>
        <p className={styles.moment} aria-live="off">
          {moment && (
            <span className={`${styles.swatch} person-${shown.color % 8}`} aria-hidden="true" />
          )}
          {words}
        </p>
        <Button
          look="quiet"
          onClick={() => moment && props.onCopyLink(moment.seq)}
          disabled={!moment}
        >
          <Icon name="link" />
          Link to this moment
        </Button>
        <Button
          onClick={() => props.onRestore(index)}
          disabled={!canWrite || index < 0}
          title="Writes this text as a new edit. Nothing is deleted from the history."
        >
          Restore this moment
        </Button>
        <Button look="quiet" shape="square" aria-label="Back to the text" onClick={props.onClose}>
          <Icon name="close" />
        </Button>
      </header>
      <div className={styles.text}>{renderText(shown)}</div>
      <footer className={styles.foot}>
        {!reachable && (
          <p className={styles.note} role="alert">
            Not all of the history could be fetched.{' '}
            <button type="button" className={styles.inline} onClick={() => void history.load()}>
              Try again
            </button>
          </p>
        )}
        {history.timeline.cut && (
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
          <MomentNames
            history={history}
            seq={moment?.seq ?? null}
            onGo={(seq) => {
              playback.play(false)
              playback.seek(playback.times[history.timeline.indexOfSeq(seq)] ?? 0)
            }}
            onName={props.onName}
          />
        </div>
      </footer>
    </section>
  )
}
