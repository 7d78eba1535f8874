import type { DeletedItem } from '../../shared/store/filesSlice'
import { useAppSelector } from '../../shared/store/hooks'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { PieceProps } from '../part'
import { bringBack } from './file-actions'
import styles from './files.module.css'

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

function facts({ name, by, at }: DeletedItem): string {
  const who = by === '' ? 'Deleted' : `Deleted by ${by}`
  return `${name}. ${who}${at > 0 ? `, ${when.format(new Date(at))}` : ''}`
}

interface Props extends PieceProps {
  onOpen: (id: string) => void
}

/** What was deleted, for as long as the room remembers it: to look at and to bring back. */
export function DeletedList({ room, onOpen }: Props) {
  const deleted = useAppSelector((state) => state.files.deleted)
  const current = useAppSelector((state) => state.files.current)
  const readOnly = useAppSelector((state) => state.room.readOnly)
  if (deleted.length === 0) return null
  return (
    <details className={styles.deleted}>
      <summary className={styles.deletedHead}>Deleted ({deleted.length})</summary>
      <ul aria-label="Deleted files">
        {deleted.map((file) => (
          <li
            key={file.id}
            className={`${styles.row} ${file.id === current ? styles.current : ''}`}
          >
            <button
              type="button"
              className={styles.open}
              aria-current={file.id === current ? 'true' : undefined}
              title={facts(file)}
              onClick={() => onOpen(file.id)}
            >
              <span className={styles.name}>{file.name}</span>
            </button>
            {!readOnly && (
              <span className={styles.actions}>
                <Button
                  look="quiet"
                  shape="square"
                  aria-label={`Bring back ${file.name}`}
                  title="Bring back"
                  onClick={() => bringBack(room.session, file.id)}
                >
                  <Icon name="undo" />
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
