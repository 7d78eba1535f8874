import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import type { RoomHistory, Version } from '../../collab/history'
import type { LineChange } from '../../collab/line-difference'
import type { Session } from '../../collab/session'
import type { Moment, TextEdit } from '../../collab/timeline'
import { HistoryFooter } from './HistoryFooter'
import { HistoryHead } from './HistoryHead'
import styles from './history.module.css'
import { RestoreBar } from './RestoreBar'
import { type Playback, usePlayback } from './usePlayback'
import { usePreview } from './usePreview'
import { useShownFile } from './useShownFile'

export interface ShownMoment {
  /** As the file was called then. */
  name: string
  text: string
  /** What this moment changed in that text, and who did. */
  edits: readonly TextEdit[]
  color: number
  /** What restoring it would change in the text as it is now; null: not shown. */
  changes: readonly LineChange[] | null
}

interface Props {
  session: Session
  /** Row to stand at when the view opens; null: the end. */
  startSeq: number | null
  canWrite: boolean
  /** Draws a text that nobody can write into. */
  renderText: (shown: ShownMoment) => ReactNode
  /** `only`: the one file that is wanted. */
  onRestore: (index: number, only?: string) => void
  onName: (seq: number, name: string) => Promise<Version | null>
  onCopyLink: (seq: number) => void
  onClose: () => void
}

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

function useStart(history: RoomHistory, playback: Playback, startSeq: number | null) {
  const [whole, setWhole] = useState<boolean | null>(null)
  const [placed, setPlaced] = useState(false)
  const placing = useRef(false)
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
    if (whole === null || placing.current) return
    placing.current = true
    const { times, duration, seek } = playback
    seek(startSeq === null ? duration : (times[history.timeline.indexOfSeq(startSeq)] ?? 0))
    setPlaced(true)
  }, [whole, history, playback, startSeq])
  return { reachable: whole !== false, placed }
}

/** When, who, and in which file; and which one is in view, when it is another. */
function momentWords(history: RoomHistory, moment: Moment, index: number, shown: string): string {
  const changed = moment.edits.at(-1)?.file
  const names = history.timeline.filesAt(index)
  const name = names.get(changed ?? shown) ?? ''
  const who = history.author(moment.author).name
  const words = [when.format(new Date(moment.at)), who, name].filter(Boolean).join(', ')
  return changed === undefined || changed === shown
    ? words
    : `${words} (in view: ${names.get(shown) ?? 'a file that came later'})`
}

export function HistoryView(props: Props) {
  const { session, startSeq, renderText } = props
  const { history } = session
  const playback = usePlayback(history)
  const { reachable, placed } = useStart(history, playback, startSeq)
  const { index } = playback
  const moment = history.timeline.moments[index]
  const file = useShownFile(session, placed ? index : null, startSeq !== null)
  const [comparing, setComparing] = useState(true)
  const [onlyShown, setOnlyShown] = useState(true)
  const preview = usePreview(session, index, placed && !playback.playing)
  const changes = preview?.find(({ id }) => id === file)?.changes ?? null
  const name = history.timeline.filesAt(index).get(file) ?? session.files.find(file)?.name ?? ''
  const shown = useMemo<ShownMoment>(() => {
    const edits = moment?.edits.filter((edit) => edit.file === file) ?? []
    const color = moment ? history.author(moment.author).color : 0
    const text = history.timeline.textsAt(index).get(file) ?? ''
    return { name, text, edits, color, changes: comparing ? changes : null }
  }, [history, index, moment, file, name, changes, comparing])
  const words = moment ? momentWords(history, moment, index, file) : 'The beginning'
  const restore = () => {
    const only = preview && preview.length > 1 && onlyShown && changes !== null
    props.onRestore(index, only ? file : undefined)
  }

  return (
    <section className={styles.view} aria-label="History">
      <HistoryHead
        words={words}
        color={moment ? shown.color : null}
        canRestore={props.canWrite && index >= 0 && preview !== null && preview.length > 0}
        onCopyLink={() => moment && props.onCopyLink(moment.seq)}
        onRestore={restore}
        onClose={props.onClose}
      />
      {preview && (
        <RestoreBar
          files={preview}
          shown={file}
          onlyShown={onlyShown}
          onShow={(id) => session.openFile(id)}
          onOnlyShown={setOnlyShown}
        />
      )}
      <div className={styles.text}>{renderText(shown)}</div>
      <HistoryFooter
        history={history}
        playback={playback}
        words={words}
        reachable={reachable}
        comparing={comparing}
        onComparing={setComparing}
        onName={props.onName}
      />
    </section>
  )
}
