import { useEffect, useRef } from 'react'
import { announce } from '../../shared/lib/announce'
import { toast } from '../../shared/lib/toasts'
import { useAppSelector } from '../../shared/store/hooks'
import type { Peer } from '../../shared/store/roomSlice'
import { news, stillHere } from './news'
import { lightOf } from './words'

const BATCH_MS = 3_000

/**
 * Says who came and went, seen and read out, at most once every three seconds. The connection is
 * told to screen readers alone: for the eye it has a light and a bar of its own.
 */
export function Announcer() {
  const room = useAppSelector((state) => state.room)
  const now = useRef(room)
  now.current = room

  useEffect(() => {
    let before: Peer[] = []
    let wasLive = false
    let told = ''
    const timer = setInterval(() => {
      const { peers, link } = now.current
      const live = link === 'live' && !peers.some((peer) => peer.away)
      if (live) {
        const text = news(wasLive ? before : stillHere(before, peers), peers)
        if (text) toast(text)
        before = peers
      }
      wasLive = live
      const { tone, word, detail } = lightOf(now.current)
      // "Saving" and "Saved" follow each other at every letter; what is calm is one word.
      const state = tone === 'warn' ? word.split(',')[0] : tone === 'busy' ? told : 'fine'
      if (state === undefined || state === told) return
      if (told !== '' || state !== 'fine') {
        announce(state === 'fine' ? 'Connected.' : `${state}. ${detail}`)
      }
      told = state
    }, BATCH_MS)
    return () => clearInterval(timer)
  }, [])

  return null
}
