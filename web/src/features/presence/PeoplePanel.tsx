import type { Peer } from '../../shared/store/roomSlice'
import { OwnName } from './OwnName'
import styles from './presence.module.css'

interface Props {
  peers: Peer[]
  onRename: (name: string) => void
}

export function PeoplePanel({ peers, onRename }: Props) {
  return (
    <section aria-labelledby="people-heading">
      <h2 id="people-heading" className={styles.heading}>
        In this room
      </h2>
      <ul className={styles.list}>
        {peers.map((peer) => (
          <li key={peer.clientId} className={`${styles.person} person-${peer.color % 8}`}>
            <span className={styles.swatch} aria-hidden="true" />
            {peer.self ? (
              <OwnName name={peer.name} onRename={onRename} />
            ) : (
              <span className={styles.name} title={peer.name}>
                {peer.name}
              </span>
            )}
            <span className={styles.fact}>
              {peer.self ? 'you' : peer.line === null ? '' : `line ${peer.line}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
