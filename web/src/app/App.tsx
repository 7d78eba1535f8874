import { lazy, Suspense, useEffect } from 'react'
import { Landing } from '../features/landing/Landing'
import { ErrorBoundary } from './ErrorBoundary'
import { LostPage } from './LostPage'
import { useRoute } from './router'
import { savesData, whenIdle } from './when-idle'

const RoomPage = lazy(() => import('./RoomPage'))

/** Fetched when somebody reaches for a room, so that it opens at once. */
function prefetchRoom(): void {
  void import('./RoomPage')
  void import('./parts').then(({ fetchEarly }) => fetchEarly())
}

const NEAR_AFTER_MS = 600

/** Whoever stays on the first page will want a room: it is made ready when nothing else is to do. */
function usePrefetch(home: boolean): void {
  useEffect(() => {
    // Somebody who counts bytes says so; then a room is fetched when it is reached for.
    if (!home || savesData()) return
    const timer = setTimeout(() => whenIdle(prefetchRoom), NEAR_AFTER_MS)
    return () => clearTimeout(timer)
  }, [home])
}

export function App() {
  const route = useRoute()
  usePrefetch(route.page === 'home')
  return (
    <ErrorBoundary>
      {route.page === 'home' && <Landing onNearRoom={prefetchRoom} />}
      {route.page === 'lost' && <LostPage problem="no-page" />}
      {route.page === 'room' && (
        <Suspense fallback={<div aria-busy="true" />}>
          <RoomPage key={route.id} id={route.id} />
        </Suspense>
      )}
    </ErrorBoundary>
  )
}
