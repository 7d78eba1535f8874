import type { Peer } from './roomSlice'

/** One person, in as many windows as they have open. */
export interface PersonHere {
  /** The same as long as the person is here. */
  key: string
  /** The window that says most: one's own, else the one somebody is at. */
  peer: Peer
  tabs: number
}

/** Two windows are of one person when the server says so. */
export function personKey({ person, clientId }: Peer): string {
  return person === null ? `window ${clientId}` : `person ${person}`
}

const rank = ({ self, idle, away }: Peer): number => (self ? 0 : away ? 3 : idle ? 2 : 1)

/** In the order in which they came, this person first. */
export function peopleOf(peers: readonly Peer[]): PersonHere[] {
  const people = new Map<string, PersonHere>()
  for (const peer of peers) {
    const key = personKey(peer)
    const known = people.get(key)
    if (!known) people.set(key, { key, peer, tabs: 1 })
    else {
      known.tabs += 1
      if (rank(peer) < rank(known.peer)) known.peer = peer
    }
  }
  return [...people.values()]
}
