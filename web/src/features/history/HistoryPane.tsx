import { lazy, Suspense, useCallback } from 'react'
import { readVersion } from '../../collab/history'
import { restoreMoment } from '../../collab/restore'
import { nameMoment } from '../../shared/lib/api'
import { copyText } from '../../shared/lib/clipboard'
import { languageOf } from '../../shared/lib/file-names'
import { toast } from '../../shared/lib/toasts'
import { useAppSelector } from '../../shared/store/hooks'
import { cannotWrite } from '../../shared/store/roomSlice'
import type { Room } from '../part'
import { HistoryView, type ShownMoment } from './HistoryView'
import { closePast, momentHash } from './past'

/** Monaco's, so not in the first page; fetched before somebody asks for it. */
export const loadPastText = () => import('./PastText')
const PastText = lazy(loadPastText)

interface Props {
  room: Room
  startSeq: number | null
}

/** The room's past, over the editor. */
export function HistoryPane({ room, startSeq }: Props) {
  const { session } = room
  const readOnly = useAppSelector(cannotWrite)
  const close = useCallback(() => closePast(room), [room])
  const restore = useCallback(
    (index: number) => {
      const files = restoreMoment(session.doc, session.history.timeline, index)
      const words = files === 1 ? 'one file' : `${files} files`
      toast(files === 0 ? 'The text is already like that.' : `Restored ${words}.`)
      close()
    },
    [session, close],
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
      <PastText text={text} language={languageOf(fileName)} edits={edits} color={color} />
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
      onClose={close}
    />
  )
}
