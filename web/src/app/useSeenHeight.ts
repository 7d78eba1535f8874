import { useSyncExternalStore } from 'react'

const seen = globalThis.visualViewport

function subscribe(changed: () => void): () => void {
  seen?.addEventListener('resize', changed)
  return () => seen?.removeEventListener('resize', changed)
}

/**
 * What a keyboard on the screen leaves of the page, where the browser does not take it off the page
 * by itself; undefined: all of it. Somebody who zooms in with two fingers has no smaller page.
 */
export function useSeenHeight(): number | undefined {
  return useSyncExternalStore(subscribe, () => {
    const height = seen?.scale === 1 ? Math.round(seen.height) : innerHeight
    return height < innerHeight ? height : undefined
  })
}
