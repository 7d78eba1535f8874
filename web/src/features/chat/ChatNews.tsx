import type { Chat } from '../../collab/chat'
import type { ChatMessage } from '../../collab/chat-message'
import { announce } from '../../shared/lib/announce'
import { useNews } from './useNews'

const SAID_CHARS_MAX = 200

const tell = ({ name, text }: ChatMessage) => announce(`${name}: ${text.slice(0, SAID_CHARS_MAX)}`)

/** Reads out what others say, wherever the focus is. */
export function ChatNews({ chat }: { chat: Chat }) {
  useNews(chat, tell)
  return null
}
