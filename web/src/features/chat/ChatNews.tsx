import { useEffect, useState } from 'react'
import type { Chat } from '../../collab/chat'

const SAID_CHARS_MAX = 200

/** Reads out what others say, wherever the focus is. For the eye there is the panel and its badge. */
export function ChatNews({ chat }: { chat: Chat }) {
  const [said, setSaid] = useState('')
  useEffect(() => {
    let last: number | null = null
    return chat.on('changed', ({ messages }) => {
      const newest = messages.at(-1)
      // What was said before we came is no news.
      if (last !== null && newest && newest.n > last && !chat.isOwn(newest)) {
        setSaid(`${newest.name}: ${newest.text.slice(0, SAID_CHARS_MAX)}`)
      }
      last = Math.max(last ?? 0, newest?.n ?? 0)
    })
  }, [chat])
  return (
    <p className="visually-hidden" aria-live="polite">
      {said}
    </p>
  )
}
