import { addressOf } from '../shared/lib/base'

const SETTLE_MS = 1_000

/** Has the service worker keep every file this page loads, for a reload without the server. */
export function keepForOffline(): void {
  if (!('serviceWorker' in navigator)) return
  let waiting = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = async () => {
    timer = undefined
    const registration = await navigator.serviceWorker.ready
    const keep = [...waiting]
    waiting = new Set()
    registration.active?.postMessage({ keep })
  }
  const seen = (entries: PerformanceEntryList) => {
    for (const { name } of entries) {
      if (name.startsWith(`${location.origin}${addressOf('/assets/')}`)) waiting.add(name)
    }
    if (waiting.size > 0 && timer === undefined) timer = setTimeout(tell, SETTLE_MS)
  }
  new PerformanceObserver((list) => seen(list.getEntries())).observe({
    type: 'resource',
    buffered: true,
  })
  addEventListener('load', () => {
    navigator.serviceWorker.register(addressOf('/sw.js')).catch(() => {
      // Private windows and plain http have none; the page works without.
    })
  })
}
