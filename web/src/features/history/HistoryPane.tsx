import { useCallback, useEffect } from 'react'
import { readVersion } from '../../collab/history'
import { RestoreStep } from '../../collab/restore'
import type { Session } from '../../collab/session'
import { nameMoment } from '../../shared/lib/api'
import { copyText } from '../../shared/lib/clipboard'
import { languageOf } from '../../shared/lib/file-names'
import { toast } from '../../shared/lib/toasts'
import { useAppSelector } from '../../shared/store/hooks'
import { cannotWrite } from '../../shared/store/roomSlice'
import type { Room } from '../part'
import { HistoryView, type ShownMoment } from './HistoryView'
import PastText from './PastText'
import { closeByEscape, closePast, momentHash } from './past'

/** Writes what differs into the live text, and says so with the way back. */
function restoreMoment(session: Session, index: number, only?: string): void {
  const { doc, history, restores } = session
  const step = new RestoreStep(doc, history.timeline, index, only)
  const [first, ...rest] = step.files
  if (!first) {
    step.forget()
    toast('The text is already like that.')
    return
  }
  restores.add(step, history.timeline.moments[index]?.at ?? 0)
  const words = rest.length === 0 ? first.name : `${step.files.length} files`
  toast(`Restored ${words}. Everybody here is told.`, {
    label: 'Undo',
    run: () => {
      if (!step.undone) step.undo()
    },
  })
}

interface Props {
  room: Room
  startSeq: number | null
}

/** The room's past, over the editor. */
export default function HistoryPane({ room, startSeq }: Props) {
  const { session } = room
  const readOnly = useAppSelector(cannotWrite)
  const close = useCallback(() => closePast(room), [room])
  useEffect(() => closeByEscape(close), [close])
  const restore = (index: number, only?: string) => {
    restoreMoment(session, index, only)
    close()
  }
  const name = async (seq: number, wanted: string) => {
    const answer = await nameMoment(session.roomId, seq, wanted)
    if (!answer.ok) toast(answer.message)
    return answer.ok ? readVersion(answer.value) : null
  }
  const copyLink = async (seq: number) => {
    const link = location.origin + location.pathname + momentHash(seq)
    toast((await copyText(link)) ? 'Link to this moment copied.' : `Copy it by hand: ${link}`)
  }
  const renderText = ({ name: fileName, ...shown }: ShownMoment) => (
    <PastText language={languageOf(fileName)} {...shown} />
  )
  return (
    <HistoryView
      session={session}
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
