import { useSyncExternalStore } from 'react'
import { pathOf } from '../shared/lib/base'
import { NAVIGATED } from '../shared/lib/navigate'
import { isRoomId } from '../shared/lib/room-id'

export type Route = { page: 'home' } | { page: 'room'; id: string } | { page: 'lost' }

export function parseRoute(path: string): Route {
  if (path === '/') return { page: 'home' }
  const raw = /^\/r\/([^/]+)\/?$/.exec(path)?.[1]
  if (raw === undefined) return { page: 'lost' }
  try {
    const id = decodeURIComponent(raw)
    if (isRoomId(id)) return { page: 'room', id }
  } catch {
    // Not even an address: treated as any other unknown page.
  }
  return { page: 'lost' }
}

function subscribe(changed: () => void): () => void {
  addEventListener('popstate', changed)
  addEventListener(NAVIGATED, changed)
  return () => {
    removeEventListener('popstate', changed)
    removeEventListener(NAVIGATED, changed)
  }
}

export function useRoute(): Route {
  return parseRoute(pathOf(useSyncExternalStore(subscribe, () => location.pathname)))
}
