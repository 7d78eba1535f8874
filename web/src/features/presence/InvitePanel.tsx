import { useAppSelector } from '../../shared/store/hooks'
import { peopleOf } from '../../shared/store/people'
import { CopyButton } from '../../shared/ui/CopyButton'
import styles from './presence.module.css'

export function InvitePanel({ link }: { link: string }) {
  // Offline nobody can be seen, which does not mean that nobody is there.
  const alone = useAppSelector(
    ({ room }) => room.link === 'live' && peopleOf(room.peers).length <= 1,
  )
  if (!alone) return null
  return (
    <section className={styles.invite} aria-labelledby="invite-heading">
      <h2 id="invite-heading" className={styles.inviteHeading}>
        You are alone here
      </h2>
      <p translate="yes">Send this link. Whoever opens it types with you, without an account.</p>
      <output className={styles.link} aria-label="Link to this room">
        {link.replace(/^https?:\/\//, '')}
      </output>
      <div className={styles.inviteActions}>
        <CopyButton text={link}>Copy link</CopyButton>
      </div>
    </section>
  )
}
