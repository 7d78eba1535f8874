import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Session } from '../../collab/session'

/**
 * The file whose past is shown: the one in view when the history opens, then the one that is chosen
 * in the list, then the one that each further moment changed. `index` is null until the place is found;
 * `atMoment`: that place was asked for, so what it changed is shown.
 */
export function useShownFile(session: Session, index: number | null, atMoment: boolean): string {
  const [file, setFile] = useState(session.file)
  const last = useRef<number | null>(null)
  useEffect(() => session.on('file', setFile), [session])
  useLayoutEffect(() => {
    if (index === null || index === last.current) return
    const first = last.current === null
    last.current = index
    const changed = session.history.timeline.moments[index]?.edits.at(-1)?.file
    if (changed !== undefined && (!first || atMoment)) setFile(changed)
  }, [session, index, atMoment])
  return file
}
