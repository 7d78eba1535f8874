import { initials } from '../../shared/lib/person'
import { personClass } from '../../shared/lib/person-class'
import { useAppDispatch, useAppSelector } from '../../shared/store/hooks'
import { rightShown, rightToggled } from '../../shared/store/layoutSlice'
import { peopleOf } from '../../shared/store/people'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { PieceProps } from '../part'
import styles from './Faces.module.css'

const FACES_MAX = 5

/** The others, side by side: a click follows. More than five become a count, which opens the list. */
export function Faces({ room }: PieceProps) {
  const peers = useAppSelector((state) => state.room.peers)
  const following = useAppSelector((state) => state.room.following)
  const people = peopleOf(peers)
  const others = people.filter(({ peer }) => !peer.self)
  const more = others.length - FACES_MAX
  const { follow } = room.session
  const toggle = (clientId: number) => {
    if (clientId === following) follow.stop()
    else follow.start(clientId)
    room.editor?.focus()
  }
  return (
    <div className={`wide-only ${styles.people}`}>
      {others.slice(0, FACES_MAX).map(({ key, peer: { clientId, name, color, idle, away } }) => (
        <button
          key={key}
          type="button"
          className={`${styles.face} ${personClass(color)} ${idle || away ? styles.idle : ''}`}
          disabled={away}
          aria-pressed={clientId === following}
          aria-label={`Follow ${name}`}
          title={clientId === following ? `Stop following ${name}` : `See what ${name} sees`}
          onClick={() => toggle(clientId)}
        >
          {initials(name)}
        </button>
      ))}
      <ListButton count={people.length} more={more} />
    </div>
  )
}

function ListButton({ count, more }: { count: number; more: number }) {
  const open = useAppSelector(({ layout }) => layout.rightOpen && layout.rightTab === 'people')
  const dispatch = useAppDispatch()
  const words = count === 1 ? '1 person' : `${count} people`
  return (
    <Button
      look="quiet"
      className={styles.list}
      aria-expanded={open}
      title={`${words} here`}
      onClick={() => dispatch(open ? rightToggled() : rightShown('people'))}
    >
      <span className="visually-hidden">
        {words} here. {open ? 'Hide' : 'Show'} the list
      </span>
      {more > 0 ? <span aria-hidden="true">+{more}</span> : <Icon name="people" />}
    </Button>
  )
}
