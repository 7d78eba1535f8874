import { rememberName } from '../../shared/lib/person'
import { personClass } from '../../shared/lib/person-class'
import { useAppSelector } from '../../shared/store/hooks'
import { peopleOf } from '../../shared/store/people'
import type { Peer } from '../../shared/store/roomSlice'
import { Button } from '../../shared/ui/Button'
import type { PieceProps } from '../part'
import { callEveryone } from './calls'
import { OwnName } from './OwnName'
import styles from './presence.module.css'

const ROLES = new Map([
  ['owner', 'owner'],
  ['viewer', 'reads only'],
])

export function PeoplePanel({ room }: PieceProps) {
  const { follow } = room.session
  const peers = useAppSelector((state) => state.room.peers)
  const following = useAppSelector((state) => state.room.following)
  const { list, current } = useAppSelector((state) => state.files)

  const place = ({ file, line }: Peer) => {
    const name = file === current ? '' : list.find((each) => each.id === file)?.name
    const words = line === null ? '' : `line ${line}`
    return name ? `${name}${words && `, ${words}`}` : words
  }
  const facts = (peer: Peer, tabs: number) =>
    [
      tabs > 1 ? `${tabs} tabs` : '',
      ROLES.get(peer.role) ?? '',
      peer.clientId === following ? 'you follow' : '',
      peer.followsYou ? 'following you' : '',
      peer.away ? 'not seen while offline' : '',
      peer.idle && !peer.self && !peer.away ? 'idle' : '',
    ].filter(Boolean)

  const rename = (name: string) => {
    rememberName(name)
    room.session.rename(name)
  }
  /** This person, or nobody when this one is followed already. */
  const toggleFollow = (clientId: number) => {
    if (follow.leader === clientId) follow.stop()
    else follow.start(clientId)
    room.showText()
  }

  return (
    <section aria-labelledby="people-heading">
      <h2 id="people-heading" className={styles.heading}>
        In this room
      </h2>
      <ul className={styles.list}>
        {peopleOf(peers).map(({ key, peer, tabs }) => (
          <li
            key={key}
            className={`${styles.person} ${personClass(peer.color)} ${peer.idle || peer.away ? styles.idle : ''}`}
          >
            <span className={styles.swatch} aria-hidden="true" />
            {peer.self ? (
              <OwnName name={peer.name} onRename={rename} />
            ) : (
              <button
                type="button"
                className={styles.name}
                disabled={peer.away}
                aria-pressed={peer.clientId === following}
                title={
                  peer.clientId === following
                    ? `Stop following ${peer.name}`
                    : `See what ${peer.name} sees`
                }
                onClick={() => toggleFollow(peer.clientId)}
                onKeyDown={({ key }) => {
                  if (key === 'Escape' && following !== null) toggleFollow(following)
                }}
              >
                <span className={styles.nameText}>{peer.name}</span>
                {facts(peer, tabs).length > 0 && (
                  <span className={styles.more}>{facts(peer, tabs).join(', ')}</span>
                )}
              </button>
            )}
            <span className={styles.fact}>
              {peer.self ? (tabs > 1 ? `you, ${tabs} tabs` : 'you') : place(peer)}
            </span>
          </li>
        ))}
      </ul>
      {peopleOf(peers).length > 1 && (
        <Button className={styles.call} onClick={() => callEveryone(room)}>
          Bring everyone to me
        </Button>
      )}
    </section>
  )
}
