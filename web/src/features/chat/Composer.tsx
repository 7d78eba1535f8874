import { type KeyboardEvent, type Ref, useState } from 'react'
import styles from './chat.module.css'

interface Props {
  /** Of one message, UTF-8. */
  bytesMax: number
  onSay: (text: string) => void
  ref: Ref<HTMLTextAreaElement>
}

const encoder = new TextEncoder()

export function Composer({ bytesMax, onSay, ref }: Props) {
  const [text, setText] = useState('')
  const over = encoder.encode(text.trim()).length - bytesMax
  const rows = Math.min(8, text.split('\n').length)

  const say = () => {
    if (text.trim() === '' || over > 0) return
    onSay(text.trim())
    setText('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    say()
  }

  return (
    <div className={styles.composer}>
      <textarea
        ref={ref}
        className={styles.input}
        rows={rows}
        value={text}
        aria-label="Message"
        aria-describedby="chat-hint"
        aria-invalid={over > 0}
        placeholder="Say something"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <p id="chat-hint" className={styles.hint}>
        {over > 0
          ? `${over} bytes too long. Put it into a file instead.`
          : 'Enter sends. `code`, #L12 for a line.'}
      </p>
    </div>
  )
}
