import { useAppSelector } from '../../shared/store/hooks'
import { roomSeen } from '../../shared/store/roomSlice'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { PieceProps } from '../part'
import { hereWords } from './calls'
import styles from './presence.module.css'

/** After "Bring everyone to me": who called sees who is here, who was busy may still come. */
export function CallBar({ room }: PieceProps) {
  const { peers, calledBy, calling, following } = useAppSelector((state) => state.room)
  const { store, session } = room
  const others = peers.filter((peer) => !peer.self)
  const caller = others.find((peer) => peer.clientId === calledBy?.clientId)
  if (caller && following !== caller.clientId) {
    const drop = () => store.dispatch(roomSeen({ calledBy: null }))
    const go = () => {
      drop()
      session.follow.start(caller.clientId)
      room.showText()
    }
    return (
      <div className={styles.callBar} role="status">
        <p>{caller.name} asks everyone to come.</p>
        <Button onClick={go}>Go</Button>
        <Button look="quiet" onClick={drop}>
          Not now
        </Button>
      </div>
    )
  }
  if (!calling || others.length === 0) return null
  return (
    <div className={styles.callBar} role="status">
      <p>{hereWords(others)}</p>
      <Button
        look="quiet"
        shape="square"
        aria-label="Dismiss"
        onClick={() => store.dispatch(roomSeen({ calling: false }))}
      >
        <Icon name="close" />
      </Button>
    </div>
  )
}
