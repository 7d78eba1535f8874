import { useCallback, useEffect, useState } from 'react'
import { hashMoment } from './HistoryPane'

/**
 * Whether the room's past is shown, and from which row: undefined is the present, null is the
 * newest moment. A link to a moment opens it.
 */
export function usePast(focusText: () => void) {
  const [startSeq, setStart] = useState<number | null | undefined>(
    () => hashMoment(location.hash) ?? undefined,
  )
  useEffect(() => {
    const onHash = () => {
      const seq = hashMoment(location.hash)
      if (seq !== null) setStart(seq)
    }
    addEventListener('hashchange', onHash)
    return () => removeEventListener('hashchange', onHash)
  }, [])
  const open = useCallback((seq: number | null) => setStart(seq), [])
  const close = useCallback(() => {
    setStart(undefined)
    // The address is the room's again, so that copying it is no surprise.
    if (hashMoment(location.hash) !== null)
      history.replaceState(history.state, '', location.pathname)
    focusText()
  }, [focusText])
  const toggle = useCallback(() => {
    if (startSeq === undefined) open(null)
    else close()
  }, [startSeq, open, close])
  return { startSeq, open, close, toggle }
}
