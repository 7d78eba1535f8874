import { type KeyboardEvent, type Ref, useCallback, useSyncExternalStore } from 'react'
import type { Chat } from '../../collab/chat'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import styles from './chat.module.css'

interface Props {
  chat: Chat
  onSay: (text: string) => void
  ref: Ref<HTMLTextAreaElement>
}

const encoder = new TextEncoder()

export function Composer({ chat, onSay, ref }: Props) {
  const subscribe = useCallback((changed: () => void) => chat.on('draft', changed), [chat])
  const text = useSyncExternalStore(subscribe, () => chat.draft)
  const over = encoder.encode(text.trim()).length - chat.bytesMax
  const rows = Math.min(8, text.split('\n').length)

  const say = () => {
    if (text.trim() === '' || over > 0) return
    onSay(text.trim())
    chat.write('')
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
        onChange={(event) => chat.write(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button
        look="quiet"
        shape="square"
        className={styles.send}
        aria-label="Send"
        title="Send (Enter)"
        disabled={text.trim() === '' || over > 0}
        onClick={say}
      >
        <Icon name="send" />
      </Button>
      <p id="chat-hint" className={styles.hint}>
        {over > 0
          ? `${over} bytes too long. Put it into a file instead.`
          : 'Enter sends. `code`, main.py:12 or #L12 for a line.'}
      </p>
    </div>
  )
}
