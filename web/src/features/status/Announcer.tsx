import { useEffect, useRef } from 'react'
import { announce } from '../../shared/lib/announce'
import { toast } from '../../shared/lib/toasts'
import { useAppSelector } from '../../shared/store/hooks'
import type { Link, Peer } from '../../shared/store/roomSlice'
import { news, stillHere } from './news'

const BATCH_MS = 3_000

/**
 * Says who came and went, seen and read out, at most once every three seconds. The connection is
 * told to screen readers alone: for the eye it has a light and a bar of its own.
 */
export function Announcer() {
  const peers = useAppSelector((state) => state.room.peers)
  const link = useAppSelector((state) => state.room.link)
  const now = useRef({ peers, link })
  now.current = { peers, link }

  useEffect(() => {
    let before: Peer[] = []
    let lastLink: Link = 'connecting'
    const timer = setInterval(() => {
      const { peers, link } = now.current
      if (link === 'live') {
        const text = news(lastLink === 'live' ? before : stillHere(before, peers), peers)
        if (text) toast(text)
        before = peers
      }
      if (link !== lastLink && link !== 'connecting') {
        announce(link === 'live' ? 'Connected.' : 'Offline. Keep typing.')
      }
      lastLink = link
    }, BATCH_MS)
    return () => clearInterval(timer)
  }, [])

  return null
}
