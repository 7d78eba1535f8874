import { useEffect } from 'react'
import { addressOf } from '../../shared/lib/base'
import { Mark } from '../../shared/ui/Mark'
import { ThemeButton } from '../../shared/ui/ThemeButton'
import { Demo } from './Demo'
import { Facts } from './Facts'
import styles from './Landing.module.css'
import { RecentRooms } from './RecentRooms'
import { StartForm } from './StartForm'

const SETTLED_MS = 300

/** Fetched while nothing else happens, so that a room opens at once; not by whoever pays by the byte. */
function useIdle(fetchRoom: () => void): void {
  useEffect(() => {
    const { connection } = navigator as { connection?: { saveData?: boolean } }
    if (connection?.saveData) return
    const wait = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, SETTLED_MS))
    const start = () => wait(fetchRoom)
    if (document.readyState === 'complete') {
      start()
      return
    }
    addEventListener('load', start, { once: true })
    return () => removeEventListener('load', start)
  }, [fetchRoom])
}

interface Props {
  /** Somebody reaches for a room: a good moment to fetch it. */
  onNearRoom: () => void
}

export function Landing({ onNearRoom }: Props) {
  useIdle(onNearRoom)
  return (
    <div className={styles.page}>
      <header className={styles.bar}>
        <span className={styles.brand}>
          <Mark size={22} />
          Tandem
        </span>
        <ThemeButton />
      </header>
      <main className={styles.main}>
        <div className={styles.hero}>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: fetches early; nothing to operate. */}
          <section className={styles.start} onPointerEnter={onNearRoom} onFocus={onNearRoom}>
            <h1 className={styles.sentence}>Write Python together. Open a link and type.</h1>
            <StartForm />
            <RecentRooms />
          </section>
          <Demo />
        </div>
        <Facts />
        <footer className={styles.foot}>
          <a href={addressOf('/docs')}>HTTP API</a>
          <a href={addressOf('/openapi.json')}>OpenAPI description</a>
        </footer>
      </main>
    </div>
  )
}
