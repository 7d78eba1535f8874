import { lazy, Suspense } from 'react'
import { useAppSelector } from '../../shared/store/hooks'
import { dialogShown } from '../../shared/store/layoutSlice'
import { Button } from '../../shared/ui/Button'
import { CopyButton } from '../../shared/ui/CopyButton'
import { Dialog } from '../../shared/ui/Dialog'
import type { Room } from '../part'
import styles from './share.module.css'

export const loadQrCode = () => import('./QrCode')
const QrCode = lazy(loadQrCode)

interface Props {
  room: Room
  onClose: () => void
}

/** The one place for letting others in: link, code for a phone, id, and what the system can send. */
export function ShareSheet({ room, onClose }: Props) {
  const { link, session, store } = room
  const name = useAppSelector((state) => state.room.name)
  const canSend = typeof navigator.share === 'function'

  const send = () => {
    // Who closes the system's sheet has not failed at anything.
    navigator.share({ title: name, url: link }).catch(() => {})
  }
  return (
    <Dialog title={`Share ${name || 'this room'}`} onClose={onClose} wide>
      <div className={styles.sheet}>
        <div className={styles.main}>
          <p className={styles.words}>
            Whoever opens this link reads and writes with you, without an account.
          </p>
          <output className={styles.link} aria-label="Link to this room">
            {link.replace(/^https?:\/\//, '')}
          </output>
          <div className={styles.actions}>
            <CopyButton text={link} look="accent">
              Copy link
            </CopyButton>
            {canSend && <Button onClick={send}>Send…</Button>}
          </div>
        </div>
        <Suspense fallback={<span className={styles.code} />}>
          <QrCode text={link} />
        </Suspense>
      </div>
      <div className={styles.foot}>
        <span className={styles.id}>
          Id <code>{session.roomId}</code>
        </span>
        <CopyButton text={session.roomId} look="quiet">
          Copy id
        </CopyButton>
        <Button look="quiet" onClick={() => store.dispatch(dialogShown('room'))}>
          Name, expiry, delete…
        </Button>
      </div>
    </Dialog>
  )
}
