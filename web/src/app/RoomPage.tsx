import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { InvitePanel } from '../features/presence/InvitePanel'
import { PeoplePanel } from '../features/presence/PeoplePanel'
import { LostPage } from '../features/room/LostPage'
import styles from '../features/room/Room.module.css'
import { Toolbar } from '../features/room/Toolbar'
import { useNarrow } from '../features/room/useNarrow'
import { useRoomSession } from '../features/room/useRoomSession'
import { Announcer } from '../features/status/Announcer'
import { Banner } from '../features/status/Banner'
import { Footer } from '../features/status/Footer'
import { StatusLight } from '../features/status/StatusLight'
import { roomLink } from '../shared/lib/room-id'
import { readStored, writeStored } from '../shared/lib/storage'
import { useAppSelector } from '../shared/store/hooks'

const loadEditor = () => import('../features/editor/EditorPane')
const EditorPane = lazy(loadEditor)

export function prefetchEditor(): void {
  void loadEditor()
}

interface Props {
  id: string
  onToggleTheme: () => void
}

export default function RoomPage({ id, onToggleTheme }: Props) {
  const { session, rename, setLines } = useRoomSession(id)
  const room = useAppSelector((state) => state.room)
  const theme = useAppSelector((state) => state.editor.theme)
  const narrow = useNarrow()
  const [wide, setWide] = useState(() => readStored('people') !== 'closed')
  const [drawer, setDrawer] = useState(false)
  const panelOpen = narrow ? drawer : wide
  const link = useMemo(() => roomLink(id), [id])

  useEffect(() => {
    document.title = `${room.name || 'Room'} · Tandem`
    return () => {
      document.title = 'Tandem'
    }
  }, [room.name])

  const togglePanel = useCallback(() => {
    if (narrow) setDrawer((open) => !open)
    else {
      setWide((open) => {
        writeStored('people', open ? 'closed' : null)
        return !open
      })
    }
  }, [narrow])

  if (room.problem) return <LostPage problem={room.problem} />

  // Offline nobody can be seen, which does not mean that nobody is there.
  const alone = room.link === 'live' && room.peers.length <= 1
  return (
    <div className={styles.room}>
      <Toolbar
        id={id}
        name={room.name}
        link={link}
        peers={room.peers}
        theme={theme}
        panelOpen={panelOpen}
        onTogglePanel={togglePanel}
        onToggleTheme={onToggleTheme}
        status={<StatusLight link={room.link} confirms={room.confirms} waiting={room.waiting} />}
      />
      <Banner link={room.link} waiting={room.waiting} notice={room.notice} />
      <div className={styles.body}>
        <main className={styles.stage}>
          {session && (
            <Suspense fallback={<p className={styles.loading}>Opening the editor…</p>}>
              <EditorPane
                session={session}
                theme={theme}
                readOnly={room.readOnly}
                onLines={setLines}
              />
            </Suspense>
          )}
        </main>
        {panelOpen && (
          <aside className={styles.panel} aria-label="People">
            <PeoplePanel peers={room.peers} onRename={rename} />
            {alone && <InvitePanel link={link} id={id} />}
          </aside>
        )}
      </div>
      <Footer waiting={room.waiting} link={room.link} readOnly={room.readOnly} />
      <Announcer peers={room.peers} link={room.link} />
    </div>
  )
}
