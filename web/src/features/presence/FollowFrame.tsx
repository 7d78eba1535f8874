import { personClass } from '../../shared/lib/person-class'
import { useAppSelector } from '../../shared/store/hooks'
import { Button } from '../../shared/ui/Button'
import styles from './presence.module.css'

interface Props {
  onStop: () => void
}

/** A frame in the colour of the one who is followed; a key, click or scroll in the text ends it. */
export function FollowFrame({ onStop }: Props) {
  const leader = useAppSelector(({ room }) =>
    room.peers.find((peer) => peer.clientId === room.following),
  )
  if (!leader) return null
  return (
    <div className={`${styles.frame} ${personClass(leader.color)}`}>
      <p className={styles.pill}>
        <span className={styles.pillName}>Following {leader.name}</span>
        <Button look="quiet" onClick={onStop} title="Or type, click or scroll in the text">
          Stop
        </Button>
      </p>
    </div>
  )
}
