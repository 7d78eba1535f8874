import { Emitter } from '../shared/lib/emitter'
import type { Member } from './presence'

const HOPS_MAX = 8
const BUSY_MS = 3_000
const CALL_SHOWN_MS = 10_000

/** Where a reader was: opaque to everyone but the view that gave it. */
export type Place = unknown

/** What shows the text: the editor. */
export interface FollowView {
  show(member: Member): void
  place(): Place
  goTo(place: Place): void
  /** When this person last typed, clicked or scrolled, in ms of Date.now(). */
  lastOwnActAt(): number
}

export interface FollowHost {
  members(): Member[]
  /** Tells the others something about this window. */
  present(fields: Record<string, unknown>): void
}

type FollowEvents = {
  /** The one who is followed now, or null. */
  changed: number | null
  /** Somebody asked everyone to come. `brought`: this window went along at once. */
  called: { member: Member; brought: boolean; before: Place }
}

/** Showing what another person sees, until one does something of one's own. */
export class Follow extends Emitter<FollowEvents> {
  leader: number | null = null
  private view: FollowView | null = null
  private readonly calls = new Map<number, number | null>()
  private callTimer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly host: FollowHost) {
    super()
  }

  attach(view: FollowView | null): void {
    this.view = view
    this.show()
  }

  start(clientId: number): void {
    const member = this.host.members().find((each) => each.clientId === clientId)
    if (!member || member.self) return
    this.set(clientId)
    this.show()
  }

  stop(): void {
    this.set(null)
  }

  /** The person after the one who is followed, in the order of the list; then nobody. */
  next(): void {
    const others = this.host.members().filter((member) => !member.self)
    const at = others.findIndex((member) => member.clientId === this.leader)
    const member = others[at + 1]
    if (member) this.start(member.clientId)
    else this.stop()
  }

  returnTo(place: Place): void {
    this.stop()
    this.view?.goTo(place)
  }

  /** Everyone who is not busy comes here; the others are told. */
  callEveryone(): void {
    this.stop()
    const [call] = crypto.getRandomValues(new Uint32Array(1))
    this.host.present({ call })
    clearTimeout(this.callTimer)
    // Whoever joins later is not called.
    this.callTimer = setTimeout(() => this.host.present({ call: null }), CALL_SHOWN_MS)
  }

  membersChanged(members: readonly Member[]): void {
    for (const member of members) if (!member.self) this.hear(member)
    if (this.leader === null) return
    const leader = members.find((member) => member.clientId === this.leader)
    const self = members.find((member) => member.self)
    // Two who follow each other would stand still: the older wish gives way to the newer one.
    if (!leader || (self && leader.following === self.clientId)) this.stop()
    else this.show()
  }

  destroy(): void {
    clearTimeout(this.callTimer)
    this.view = null
    this.clearListeners()
  }

  private hear(member: Member): void {
    const known = this.calls.has(member.clientId)
    const heard = this.calls.get(member.clientId) ?? null
    this.calls.set(member.clientId, member.call ?? heard)
    if (!known || member.call === null || member.call === heard) return
    const before = this.view?.place()
    const brought = this.view !== null && Date.now() - this.view.lastOwnActAt() > BUSY_MS
    if (brought) this.start(member.clientId)
    this.emit('called', { member, brought, before })
  }

  private set(leader: number | null): void {
    if (leader === this.leader) return
    this.leader = leader
    this.host.present({ following: leader })
    this.emit('changed', leader)
  }

  /** Following somebody who follows shows what that one sees in the end. */
  private show(): void {
    if (this.leader === null || !this.view) return
    const members = new Map(this.host.members().map((member) => [member.clientId, member]))
    let member = members.get(this.leader)
    for (let hop = 0; hop < HOPS_MAX && member?.following != null; hop += 1) {
      const next = members.get(member.following)
      if (!next || next.self) break
      member = next
    }
    if (member && !member.self) this.view.show(member)
  }
}
