import { useEffect, useState } from 'react'
import { type RestoreFile, restorePreview } from '../../collab/restore'
import type { Session } from '../../collab/session'

const SETTLE_MS = 120

/**
 * What restoring moment `index` would change now, also while others go on writing; null while it is
 * not known, and while `wanted` is false. Long texts cost a moment, so it waits for a pause.
 */
export function usePreview(session: Session, index: number, wanted: boolean): RestoreFile[] | null {
  const [shown, setShown] = useState<{ index: number; files: RestoreFile[] } | null>(null)
  useEffect(() => {
    if (!wanted || index < 0) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        setShown({ index, files: restorePreview(session.doc, session.history.timeline, index) })
      }, SETTLE_MS)
    }
    soon()
    session.doc.on('update', soon)
    return () => {
      clearTimeout(timer)
      session.doc.off('update', soon)
    }
  }, [session, index, wanted])
  return wanted && shown?.index === index ? shown.files : null
}
