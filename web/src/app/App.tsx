import { lazy, Suspense } from 'react'
import { Landing } from '../features/landing/Landing'
import { ErrorBoundary } from './ErrorBoundary'
import { LostPage } from './LostPage'
import { useRoute } from './router'

const RoomPage = lazy(() => import('./RoomPage'))

/** Fetched when somebody reaches for a room, so that it opens at once. */
function prefetchRoom(): void {
  void import('./RoomPage')
  void import('./parts').then(({ fetchEarly }) => fetchEarly())
}

export function App() {
  const route = useRoute()
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
