import { useCallback, useState } from 'react'
import type { Chat } from '../../collab/chat'
import type { ChatMessage } from '../../collab/chat-message'
import { useNews } from './useNews'

const SAID_CHARS_MAX = 200

/** Reads out what others say, wherever the focus is. */
export function ChatNews({ chat }: { chat: Chat }) {
  const [said, setSaid] = useState('')
  const tell = useCallback(({ name, text }: ChatMessage) => {
    setSaid(`${name}: ${text.slice(0, SAID_CHARS_MAX)}`)
  }, [])
  useNews(chat, tell)
  return (
    <p className="visually-hidden" aria-live="polite">
      {said}
    </p>
  )
}
