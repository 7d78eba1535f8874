import type { Link, Peer } from '../../shared/store/roomSlice'

interface Moment {
  peers: Peer[]
  link: Link
}

function names(peers: Peer[]): string {
  return peers.map((peer) => peer.name).join(', ')
}

/** What changed between two moments, in words; '' when there is nothing to tell. */
export function news(before: Moment, now: Moment): string {
  const parts: string[] = []
  const missingIn = (list: Peer[]) => (peer: Peer) =>
    !peer.self && !list.some((other) => other.clientId === peer.clientId)
  if (now.link === 'live' && before.link === 'live') {
    const came = now.peers.filter(missingIn(before.peers))
    const left = before.peers.filter(missingIn(now.peers))
    if (came.length > 0) parts.push(`${names(came)} joined.`)
    if (left.length > 0) parts.push(`${names(left)} left.`)
  } else if (now.link === 'live') parts.push('Connected.')
  else if (now.link === 'offline' && before.link !== 'offline') parts.push('Offline. Keep typing.')
  return parts.join(' ')
}
