import type { ChatMessage } from '../../collab/chat-message'
import styles from './chat.module.css'
import { type LineLink, messageParts, type Part } from './message-parts'

/** Goes to lines that a message names; `at`: when it was said, ms since 1970. */
export type GoToLines = (link: LineLink, at: number) => void

interface BodyProps {
  text: string
  at: number
  onLines: GoToLines
}

interface PartProps extends Omit<BodyProps, 'text'> {
  part: Part
}

function PartView({ part, at, onLines }: PartProps) {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code':
      return (
        <code className={styles.code} translate="no">
          {part.text}
        </code>
      )
    case 'block':
      return (
        <pre className={styles.block} translate="no">
          {part.text}
        </pre>
      )
    case 'link':
      return (
        <a href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      )
    case 'lines':
      return (
        <button type="button" className={styles.line} onClick={() => onLines(part.link, at)}>
          {part.text}
        </button>
      )
  }
}

export function MessageBody({ text, at, onLines }: BodyProps) {
  return messageParts(text).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change their order
    <PartView key={index} part={part} at={at} onLines={onLines} />
  ))
}

interface Props {
  message: ChatMessage
  /** Follows another message of the same person within a few minutes: no need to say who again. */
  grouped: boolean
  onLines: GoToLines
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

export function Message({ message, grouped, onLines }: Props) {
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
      <div className={styles.body} translate="yes">
        <MessageBody text={message.text} at={message.at} onLines={onLines} />
      </div>
    </li>
  )
}
