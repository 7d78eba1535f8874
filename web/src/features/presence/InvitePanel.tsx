import { CopyButton } from '../../shared/ui/CopyButton'
import styles from './presence.module.css'

interface Props {
  id: string
  link: string
}

export function InvitePanel({ id, link }: Props) {
  return (
    <section className={styles.invite} aria-labelledby="invite-heading">
      <h2 id="invite-heading" className={styles.inviteHeading}>
        You are alone here
      </h2>
      <p>Send this link. Whoever opens it types with you, without an account.</p>
      <output className={styles.link} aria-label="Link to this room">
        {link.replace(/^https?:\/\//, '')}
      </output>
      <div className={styles.inviteActions}>
        <CopyButton text={link}>Copy link</CopyButton>
        <CopyButton text={id} look="quiet">
          Copy id
        </CopyButton>
      </div>
    </section>
  )
}
