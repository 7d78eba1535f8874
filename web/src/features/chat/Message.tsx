import type { ChatMessage } from '../../collab/chat-message'
import styles from './chat.module.css'
import { messageParts, type Part } from './message-parts'

interface BodyProps {
  text: string
  onLine: (line: number) => void
}

function PartView({ part, onLine }: { part: Part; onLine: (line: number) => void }) {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code':
      return <code className={styles.code}>{part.text}</code>
    case 'block':
      return <pre className={styles.block}>{part.text}</pre>
    case 'link':
      return (
        <a href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      )
    case 'line':
      return (
        <button type="button" className={styles.line} onClick={() => onLine(part.line)}>
          {part.text}
        </button>
      )
  }
}

export function MessageBody({ text, onLine }: BodyProps) {
  return messageParts(text).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change their order
    <PartView key={index} part={part} onLine={onLine} />
  ))
}

interface Props {
  message: ChatMessage
  /** Follows another message of the same person within a few minutes: no need to say who again. */
  grouped: boolean
  onLine: (line: number) => void
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

export function Message({ message, grouped, onLine }: Props) {
  const at = new Date(message.at)
  const person = message.author === 0 ? '' : `person-${message.color % 8}`
  return (
    <li className={`${styles.message} ${grouped ? styles.grouped : ''} ${person}`}>
      {!grouped && (
        <p className={styles.head}>
          <span className={styles.name}>{message.name}</span>
          <time className={styles.time} dateTime={at.toISOString()} title={full.format(at)}>
            {clock.format(at)}
          </time>
        </p>
      )}
      <div className={styles.body}>
        <MessageBody text={message.text} onLine={onLine} />
      </div>
    </li>
  )
}
