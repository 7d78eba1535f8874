import { Emitter } from '../shared/lib/emitter'
import type { Member, RestoreNotice } from './presence'
import type { RestoreStep } from './restore'

const STEPS_MAX = 5
const NAME_CHARS_MAX = 60
/** Who was away for longer reads the history. */
const TOLD_MS = 10 * 60_000

type RestoresEvents = {
  /** This window restored something. */
  done: RestoreStep
  /** Somebody else did. */
  heard: { member: Member; notice: RestoreNotice }
}

/** What this window restored, so that it can be taken back, and what it hears of others' restores. */
export class Restores extends Emitter<RestoresEvents> {
  private steps: RestoreStep[] = []
  private readonly heard = new Map<number, number | null>()
  private quietTimer: ReturnType<typeof setTimeout> | undefined

  /** `present` tells the others something about this window. */
  constructor(private readonly present: (fields: Record<string, unknown>) => void) {
    super()
  }

  /** The last ones, oldest first, for a file that is shown for the first time. */
  of(file: string): readonly RestoreStep[] {
    return this.steps.filter((step) => step.touches(file))
  }

  /** `moment`: time of what was restored, ms since 1970. */
  add(step: RestoreStep, moment: number): void {
    this.steps.push(step)
    for (const old of this.steps.splice(0, this.steps.length - STEPS_MAX)) old.forget()
    this.emit('done', step)
    this.tell(step, moment)
  }

  membersChanged(members: readonly Member[]): void {
    for (const member of members) {
      const { clientId, restored } = member
      if (member.self) continue
      // What was restored before this window knew that person is no news here.
      const known = this.heard.has(clientId)
      const heard = this.heard.get(clientId) ?? null
      this.heard.set(clientId, restored?.n ?? heard)
      if (known && restored && restored.n !== heard) {
        this.emit('heard', { member, notice: restored })
      }
    }
  }

  destroy(): void {
    clearTimeout(this.quietTimer)
    for (const step of this.steps) step.forget()
    this.steps = []
    this.clearListeners()
  }

  private tell({ files }: RestoreStep, moment: number): void {
    const [n] = crypto.getRandomValues(new Uint32Array(1))
    // A state of presence may have two kilobytes.
    const name = files[0]?.name.slice(0, NAME_CHARS_MAX) ?? ''
    this.present({ restored: { n, name, files: files.length, moment } })
    clearTimeout(this.quietTimer)
    this.quietTimer = setTimeout(() => this.present({ restored: null }), TOLD_MS)
  }
}
