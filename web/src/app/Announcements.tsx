import { useEffect, useState } from 'react'
import { onAnnounced } from '../shared/lib/announce'

/** The one live region of the room: it is there before the first word. */
export function Announcements() {
  const [said, setSaid] = useState({ text: '', count: 0 })
  useEffect(() => onAnnounced((text) => setSaid(({ count }) => ({ text, count: count + 1 }))), [])
  return (
    <div className="visually-hidden" aria-live="polite" data-testid="announcements">
      {/* A new node each time: the same words twice are two pieces of news. */}
      <p key={said.count}>{said.text}</p>
    </div>
  )
}
