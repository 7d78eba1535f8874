import { lazy, Suspense, useCallback } from 'react'
import { Landing } from '../features/landing/Landing'
import { LostPage } from '../features/room/LostPage'
import { useAppDispatch, useAppSelector } from '../shared/store/hooks'
import { ErrorBoundary } from './ErrorBoundary'
import { useRoute } from './router'
import { chooseTheme, otherTheme } from './theme'

const loadRoom = () => import('./RoomPage')
const RoomPage = lazy(loadRoom)

/** Fetched when somebody reaches for a room, so that it opens at once. */
function prefetchRoom(): void {
  void loadRoom().then((page) => page.prefetchEditor())
}

export function App() {
  const route = useRoute()
  const theme = useAppSelector((state) => state.editor.theme)
  const dispatch = useAppDispatch()
  const toggleTheme = useCallback(
    () => chooseTheme({ dispatch }, otherTheme(theme)),
    [dispatch, theme],
  )

  return (
    <ErrorBoundary>
      {route.page === 'home' && (
        <Landing theme={theme} onToggleTheme={toggleTheme} onNearRoom={prefetchRoom} />
      )}
      {route.page === 'lost' && <LostPage problem="no-page" />}
      {route.page === 'room' && (
        <Suspense fallback={<div aria-busy="true" />}>
          <RoomPage key={route.id} id={route.id} onToggleTheme={toggleTheme} />
        </Suspense>
      )}
    </ErrorBoundary>
  )
}
