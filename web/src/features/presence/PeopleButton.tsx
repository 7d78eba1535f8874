import { initials } from '../../shared/lib/person'
import { personClass } from '../../shared/lib/person-class'
import { useAppDispatch, useAppSelector } from '../../shared/store/hooks'
import { rightToggled } from '../../shared/store/layoutSlice'
import { type PersonHere, peopleOf } from '../../shared/store/people'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import styles from './Faces.module.css'

const FACES_MAX = 5

/** Who is here, at a glance; opens and closes the side panel. */
export function PeopleButton() {
  const open = useAppSelector((state) => state.layout.rightOpen)
  const peers = useAppSelector((state) => state.room.peers)
  const dispatch = useAppDispatch()
  const people = peopleOf(peers)
  const count = people.length === 1 ? '1 person' : `${people.length} people`
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
      {people.length > 0 ? <Faces people={people} /> : <Icon name="people" />}
    </Button>
  )
}

function Faces({ people }: { people: readonly PersonHere[] }) {
  const more = people.length - FACES_MAX
  return (
    <span className={styles.faces} aria-hidden="true">
      {people.slice(0, FACES_MAX).map(({ key, peer }) => (
        <span
          key={key}
          className={`${styles.face} ${personClass(peer.color)} ${peer.away ? styles.away : ''}`}
        >
          {initials(peer.name)}
        </span>
      ))}
      {more > 0 && <span className={styles.more}>+{more}</span>}
    </span>
  )
}
