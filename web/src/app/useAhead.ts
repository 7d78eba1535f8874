import { useEffect } from 'react'
import { useAppSelector } from '../shared/store/hooks'
import { PARTS } from './parts'

const SETTLED_MS = 1_500

/** What the parts need later is fetched once the room has settled. */
export function useAhead(): void {
  const ready = useAppSelector((state) => state.room.ready)
  useEffect(() => {
    if (!ready) return
    const timer = setTimeout(() => {
      for (const { later } of PARTS) {
        // Nothing is missing yet: it is fetched again when it is asked for.
        later?.().catch(() => {})
      }
    }, SETTLED_MS)
    return () => clearTimeout(timer)
  }, [ready])
}
