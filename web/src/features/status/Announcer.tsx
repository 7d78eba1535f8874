import { useEffect, useRef, useState } from 'react'
import type { Link, Peer } from '../../shared/store/roomSlice'
import { news } from './news'

interface Props {
  peers: Peer[]
  link: Link
}

const BATCH_MS = 3_000

/** Tells screen readers who came and went, at most one sentence every three seconds. */
export function Announcer({ peers, link }: Props) {
  const [said, setSaid] = useState('')
  const before = useRef<{ peers: Peer[]; link: Link }>({ peers, link })
  const now = useRef({ peers, link })
  now.current = { peers, link }

  useEffect(() => {
    const timer = setInterval(() => {
      const text = news(before.current, now.current)
      before.current = now.current
      if (text) setSaid(text)
    }, BATCH_MS)
    return () => clearInterval(timer)
  }, [])

  return (
    <p className="visually-hidden" aria-live="polite">
      {said}
    </p>
  )
}
