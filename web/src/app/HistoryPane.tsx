import { lazy, Suspense, useCallback } from 'react'
import { readVersion } from '../collab/history'
import { restoreMoment } from '../collab/restore'
import type { Session } from '../collab/session'
import { HistoryView, type ShownMoment } from '../features/history/HistoryView'
import { nameMoment } from '../shared/lib/api'
import { copyText } from '../shared/lib/clipboard'
import { languageOf } from '../shared/lib/file-names'
import { toast } from '../shared/lib/toasts'
import type { Theme } from '../shared/store/editorSlice'
import type { SettingsState } from '../shared/store/settingsSlice'

// Its styles come with the room: Vite asks only once for a sheet, also for one that failed.
import '../features/editor/past.css'

/** Monaco's, so not in the first page; fetched before somebody asks for it. */
export const loadPastText = () => import('../features/editor/PastText')
const PastText = lazy(loadPastText)

interface Props {
  session: Session
  theme: Theme
  settings: SettingsState
  readOnly: boolean
  barHeight: number
  startSeq: number | null
  onClose: () => void
}

export const momentHash = (seq: number): string => `#t=${seq}`

/** The row that the address names: `#t=12`. */
export function hashMoment(hash: string): number | null {
  const found = /^#t=(\d{1,15})$/.exec(hash)
  return found ? Number(found[1]) : null
}

/** The room's past, over the editor. */
export function HistoryPane(props: Props) {
  const { session, theme, settings, readOnly, barHeight, startSeq, onClose } = props
  const restore = useCallback(
    (index: number) => {
      const files = restoreMoment(session.doc, session.history.timeline, index)
      const words = files === 1 ? 'one file' : `${files} files`
      toast(files === 0 ? 'The text is already like that.' : `Restored ${words}.`)
      onClose()
    },
    [session, onClose],
  )
  const name = useCallback(
    async (seq: number, wanted: string) => {
      const answer = await nameMoment(session.roomId, seq, wanted)
      if (!answer.ok) toast(answer.message)
      return answer.ok ? readVersion(answer.value) : null
    },
    [session],
  )
  const copyLink = useCallback(async (seq: number) => {
    const link = location.origin + location.pathname + momentHash(seq)
    toast((await copyText(link)) ? 'Link to this moment copied.' : `Copy it by hand: ${link}`)
  }, [])
  const renderText = ({ name: fileName, text, edits, color }: ShownMoment) => (
    <Suspense fallback={null}>
      <PastText
        text={text}
        language={languageOf(fileName)}
        edits={edits}
        color={color}
        theme={theme}
        settings={settings}
        barHeight={barHeight}
      />
    </Suspense>
  )
  return (
    <HistoryView
      history={session.history}
      startSeq={startSeq}
      canWrite={!readOnly}
      renderText={renderText}
      onRestore={restore}
      onName={name}
      onCopyLink={(seq) => void copyLink(seq)}
      onClose={onClose}
    />
  )
}
