import { type Member, markRepeatedColors, readPresence } from './presence'
import type { RoomEvent, RoomMember } from './wire'

/** This window among the others. */
export interface Own {
  clientId: number
  session: number | null
}

/**
 * Who is here, by the server's word: nobody goes because a clock of ours or theirs says so, and
 * whoever has not said yet where they are is here all the same.
 */
export class Roster {
  private readonly known = new Map<number, RoomMember>()

  /** All that the server names when it greets. */
  begin(members: readonly RoomMember[]): void {
    this.known.clear()
    for (const member of members) this.known.set(member.session, member)
  }

  /** True when the event was about who is here. */
  heard(event: RoomEvent): boolean {
    if (event.type === 'memberJoined') this.known.set(event.member.session, event.member)
    else if (event.type === 'memberLeft') this.known.delete(event.session)
    else if (event.type === 'roleChanged' && event.session !== null) {
      const member = this.known.get(event.session)
      if (member) this.known.set(event.session, { ...member, role: event.role })
    } else return false
    return true
  }

  list(states: ReadonlyMap<number, unknown>, own: Own, clockOf: (id: number) => number): Member[] {
    const list: Member[] = []
    const shown = new Set<number>(own.session === null ? [] : [own.session])
    for (const [clientId, state] of states) {
      const presence = readPresence(state)
      if (!presence) continue
      const self = clientId === own.clientId
      const session = self ? own.session : presence.session
      const member = session === null ? undefined : this.known.get(session)
      // The server names all of its sessions: one that it does not name has gone.
      if (!self && session !== null && this.known.size > 0 && !member) continue
      if (session !== null) shown.add(session)
      const { role = '', author = null } = member ?? {}
      list.push({
        ...presence,
        session,
        clientId,
        clock: clockOf(clientId),
        self,
        role,
        person: author,
      })
    }
    for (const member of this.known.values())
      if (!shown.has(member.session)) list.push(silent(member))
    list.sort((a, b) => Number(b.self) - Number(a.self) || order(a) - order(b))
    return markRepeatedColors(list)
  }
}

/** Somebody who has said nothing yet. Client ids are not negative, so this one is nobody else's. */
function silent({ session, name, color, role, author }: RoomMember): Member {
  const presence = readPresence({ user: { id: session, name, color_index: color }, file: '' })
  if (!presence) throw new Error('A member could not be read.')
  return { ...presence, clientId: -session, clock: 0, self: false, role, person: author }
}

/** Those who came first come first; the server numbers connections in that order. */
function order(member: Member): number {
  return member.session ?? member.clientId
}

/** How many who may write came before this window; null: it may not write itself. */
export function turnOf(members: readonly Member[]): number | null {
  const [self, ...others] = members
  if (!self || self.role === 'viewer') return null
  return others.filter((each) => each.role !== 'viewer' && order(each) < order(self)).length
}
