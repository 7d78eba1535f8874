import { Mark } from '../../shared/ui/Mark'
import { ThemeButton } from '../../shared/ui/ThemeButton'
import { Demo } from './Demo'
import { Facts } from './Facts'
import styles from './Landing.module.css'
import { RecentRooms } from './RecentRooms'
import { StartForm } from './StartForm'

interface Props {
  /** Somebody reaches for a room: a good moment to fetch it. */
  onNearRoom: () => void
}

export function Landing({ onNearRoom }: Props) {
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
      </main>
    </div>
  )
}
