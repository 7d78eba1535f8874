import { initials } from '../../shared/lib/person'
import { personClass } from '../../shared/lib/person-class'
import { useAppDispatch, useAppSelector } from '../../shared/store/hooks'
import { rightToggled } from '../../shared/store/layoutSlice'
import type { Peer } from '../../shared/store/roomSlice'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import styles from './Faces.module.css'

const FACES_MAX = 5

/** Who is here, at a glance; opens and closes the side panel. */
export function PeopleButton() {
  const open = useAppSelector((state) => state.layout.rightOpen)
  const peers = useAppSelector((state) => state.room.peers)
  const dispatch = useAppDispatch()
  const count = peers.length === 1 ? '1 person' : `${peers.length} people`
  return (
    <Button
      look="quiet"
      className={`wide-only ${styles.people}`}
      aria-expanded={open}
      title={count}
      onClick={() => dispatch(rightToggled())}
    >
      <span className="visually-hidden">
        {count} here. {open ? 'Hide' : 'Show'} the list
      </span>
      {peers.length > 0 ? <Faces peers={peers} /> : <Icon name="people" />}
    </Button>
  )
}

function Faces({ peers }: { peers: Peer[] }) {
  const more = peers.length - FACES_MAX
  return (
    <span className={styles.faces} aria-hidden="true">
      {peers.slice(0, FACES_MAX).map((peer) => (
        <span key={peer.clientId} className={`${styles.face} ${personClass(peer.color)}`}>
          {initials(peer.name)}
        </span>
      ))}
      {more > 0 && <span className={styles.more}>+{more}</span>}
    </span>
  )
}
