import type { Chat, Outgoing } from '../../collab/chat'
import { useAppSelector } from '../../shared/store/hooks'
import styles from './chat.module.css'
import { type GoToLines, MessageBody } from './Message'

interface Props {
  items: readonly Outgoing[]
  chat: Chat
  onLines: GoToLines
}

/** What was said here and is not stored yet. */
export function OutgoingList({ items, chat, onLines }: Props) {
  const live = useAppSelector((state) => state.room.link === 'live')
  return (
    <ul className={styles.messages}>
      {items.map(({ ref, text, problem }) => (
        <li key={ref} className={`${styles.message} ${styles.outgoing}`}>
          <div className={styles.body}>
            <MessageBody text={text} at={Date.now()} onLines={onLines} />
          </div>
          {problem === '' ? (
            <p className={styles.hint}>{live ? 'Sending…' : 'Waiting for the connection'}</p>
          ) : (
            <p className={styles.problem} role="alert">
              Not sent: {problem}{' '}
              <button type="button" className={styles.line} onClick={() => chat.retry(ref)}>
                Try again
              </button>{' '}
              <button type="button" className={styles.line} onClick={() => chat.discard(ref)}>
                Drop it
              </button>
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}
