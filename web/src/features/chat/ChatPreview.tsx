import { useEffect, useState } from 'react'
import type { ChatMessage } from '../../collab/chat-message'
import { useAppSelector } from '../../shared/store/hooks'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { PieceProps } from '../part'
import styles from './chat.module.css'
import { useNews } from './useNews'

const PREVIEW_MS = 8_000
const PREVIEW_CHARS_MAX = 120

/** How many messages wait, beside the faces, while no tab is there to say so. */
export function ChatBadge({ room }: PieceProps) {
  const unread = useAppSelector((state) => state.room.unread)
  const hidden = useAppSelector((state) => !state.layout.rightOpen)
  if (unread === 0 || !hidden) return null
  const words = unread === 1 ? '1 new message' : `${unread} new messages`
  return (
    <Button
      look="quiet"
      className="wide-only"
      aria-label={`${words}. Open the chat`}
      title={words}
      onClick={() => room.showPanel('chat')}
    >
      <Icon name="chat" />
      <span className={styles.badge}>{unread > 99 ? '99+' : unread}</span>
    </Button>
  )
}

/** The newest message, for a moment, in the line below the text. */
export function ChatPreview({ room }: PieceProps) {
  const unread = useAppSelector((state) => state.room.unread)
  const [message, setMessage] = useState<ChatMessage | null>(null)
  useNews(room.session.chat, setMessage)
  useEffect(() => {
    if (!message) return
    const timer = setTimeout(() => setMessage(null), PREVIEW_MS)
    return () => clearTimeout(timer)
  }, [message])
  if (!message || unread === 0) return null
  return (
    <button type="button" className={styles.preview} onClick={() => room.showPanel('chat')}>
      <span className={`${styles.previewName} person-${message.color % 8}`}>{message.name}</span>
      <span className={styles.previewText}>{message.text.slice(0, PREVIEW_CHARS_MAX)}</span>
    </button>
  )
}
