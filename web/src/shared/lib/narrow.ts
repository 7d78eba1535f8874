import { useSyncExternalStore } from 'react'

const query = matchMedia('(width < 800px)')

function subscribe(changed: () => void): () => void {
  query.addEventListener('change', changed)
  return () => query.removeEventListener('change', changed)
}

/** Is there a place for one pane only? */
export const isNarrow = (): boolean => query.matches

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, isNarrow)
}
