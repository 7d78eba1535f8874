import { useEffect } from 'react'
import { loadZip } from '../features/files/file-actions'
import { useAppSelector } from '../shared/store/hooks'
import { loadPastText } from './HistoryPane'

const SETTLED_MS = 1_500

/**
 * What a first visit does not need is fetched a moment after it: by the time somebody asks for it the
 * server may be away, or have the files of another version.
 */
export function useAhead(): void {
  const ready = useAppSelector((state) => state.room.ready)
  useEffect(() => {
    if (!ready) return
    const timer = setTimeout(() => {
      for (const load of [loadPastText, loadZip]) {
        // Nothing is missing yet: it is fetched again when it is asked for.
        load().catch(() => {})
      }
    }, SETTLED_MS)
    return () => clearTimeout(timer)
  }, [ready])
}
