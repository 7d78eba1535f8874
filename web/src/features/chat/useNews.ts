import { useEffect } from 'react'
import type { Chat } from '../../collab/chat'
import type { ChatMessage } from '../../collab/chat-message'

/** Tells the newest message of others; what was said before this window came is no news. */
export function useNews(chat: Chat, tell: (message: ChatMessage) => void): void {
  useEffect(() => {
    let last: number | null = null
    return chat.on('changed', ({ messages }) => {
      const newest = messages.at(-1)
      if (last !== null && newest && newest.n > last && !chat.isOwn(newest)) tell(newest)
      last = Math.max(last ?? 0, newest?.n ?? 0)
    })
  }, [chat, tell])
}
