import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import styles from './history.module.css'

interface Props {
  /** The moment in words. */
  words: string
  /** Of who wrote it; null: nobody. */
  color: number | null
  canRestore: boolean
  onCopyLink: () => void
  onRestore: () => void
  onClose: () => void
}

export function HistoryHead({ words, color, canRestore, ...props }: Props) {
  return (
    <header className={styles.head}>
      <p className={styles.moment} aria-live="off">
        {color !== null && (
          <span className={`${styles.swatch} person-${color % 8}`} aria-hidden="true" />
        )}
        {words}
      </p>
      <Button
        look="quiet"
        className={styles.action}
        onClick={props.onCopyLink}
        disabled={color === null}
      >
        <Icon name="link" />
        Link to this moment
      </Button>
      <Button
        className={styles.action}
        onClick={props.onRestore}
        disabled={!canRestore}
        title="Writes what differs as a new edit. It can be taken back, and the history keeps all."
      >
        Restore this moment
      </Button>
      <Button
        look="quiet"
        shape="square"
        className={styles.close}
        aria-label="Back to the text"
        title="Back to the text (Esc)"
        onClick={props.onClose}
      >
        <Icon name="close" />
      </Button>
    </header>
  )
}
