import { personClass } from '../../shared/lib/person-class'
import type { Peer } from '../../shared/store/roomSlice'
import { Icon } from '../../shared/ui/Icon'
import styles from './files.module.css'

interface Props {
  name: string
  open: boolean
  /** Those who are in a file of it, seen while it is closed. */
  people: readonly Peer[]
  onToggle: () => void
}

export function FolderRow({ name, open, people, onToggle }: Props) {
  return (
    <div className={styles.row}>
      <button type="button" className={styles.open} aria-expanded={open} onClick={onToggle}>
        <span className={`${styles.twist} ${open ? styles.down : ''}`}>
          <Icon name="chevron" />
        </span>
        <span className={styles.name}>{name}</span>
        {!open && <Ticks people={people} />}
      </button>
    </div>
  )
}

/** Carets of those who are in there. */
export function Ticks({ people }: { people: readonly Peer[] }) {
  return (
    <span className={styles.people}>
      {people.map((peer) => (
        <span
          key={peer.clientId}
          className={`${styles.here} ${personClass(peer.color)}`}
          title={`${peer.name} is here`}
        >
          <span className="visually-hidden">{peer.name} is here</span>
        </span>
      ))}
    </span>
  )
}
