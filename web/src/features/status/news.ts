import { type PersonHere, peopleOf, personKey } from '../../shared/store/people'
import type { Peer } from '../../shared/store/roomSlice'

const NAMED_MAX = 3

/** "Ada", "Ada and Bo", "Ada, Bo, Cleo and 4 more" */
function names(people: readonly Peer[]): string {
  const named = people.slice(0, NAMED_MAX).map((peer) => peer.name)
  const more = people.length - named.length
  if (more > 0) return `${named.join(', ')} and ${more} more`
  const last = named.pop() ?? ''
  return named.length > 0 ? `${named.join(', ')} and ${last}` : last
}

/** Who was here before us is met, not announced. */
function cameAfter(self: Peer | undefined, peer: Peer): boolean {
  const [own, theirs] = [self?.session ?? null, peer.session]
  return own === null || theirs === null || theirs > own
}

/**
 * What of an earlier list a new connection goes on from: nobody is said to have left who is only
 * not back yet.
 */
export function stillHere(before: readonly Peer[], now: readonly Peer[]): Peer[] {
  const back = new Set(now.map(personKey))
  return before.filter((peer) => back.has(personKey(peer)))
}

/**
 * Who came and went between two moments, in words; '' when there is nothing to tell. A second window
 * of somebody is no news, of oneself neither. A reload is one who leaves and one of the same name
 * who comes: no news.
 */
export function news(before: readonly Peer[], now: readonly Peer[]): string {
  const self = now.find((peer) => peer.self)
  const own = self && personKey(self)
  const missingIn = (list: readonly Peer[]) => {
    const keys = new Set(list.map(personKey))
    return ({ key, peer }: PersonHere) => key !== own && !peer.self && !keys.has(key)
  }
  const left = peopleOf(before)
    .filter(missingIn(now))
    .map(({ peer }) => peer)
  const came = peopleOf(now)
    .filter(missingIn(before))
    .map(({ peer }) => peer)
    .filter((peer) => {
      const again = left.findIndex((other) => other.name === peer.name)
      if (again >= 0) left.splice(again, 1)
      return again < 0 && cameAfter(self, peer)
    })
  const parts: string[] = []
  if (came.length > 0) parts.push(`${names(came)} joined.`)
  if (left.length > 0) parts.push(`${names(left)} left.`)
  return parts.join(' ')
}
