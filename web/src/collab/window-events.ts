export interface WindowEvents {
  /** The network or the person is back: look whether the connection still lives. */
  wake: () => void
  /** The page goes, perhaps into the back/forward cache. */
  leave: () => void
}

/** Listens until the returned function is called; outside of a browser there is nothing to hear. */
export function onWindowEvents({ wake, leave }: WindowEvents): () => void {
  const onVisibility = () => {
    if (document.visibilityState === 'visible') wake()
  }
  globalThis.addEventListener?.('online', wake)
  globalThis.addEventListener?.('pageshow', wake)
  globalThis.addEventListener?.('pagehide', leave)
  globalThis.document?.addEventListener('visibilitychange', onVisibility)
  return () => {
    globalThis.removeEventListener?.('online', wake)
    globalThis.removeEventListener?.('pageshow', wake)
    globalThis.removeEventListener?.('pagehide', leave)
    globalThis.document?.removeEventListener('visibilitychange', onVisibility)
  }
}
