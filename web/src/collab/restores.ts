import type * as Y from 'yjs'
import { Emitter } from '../shared/lib/emitter'
import type { RestoreNotice } from './presence'
import { RestoreStep } from './restore'
import type { Member } from './session'
import type { Timeline } from './timeline'

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
  constructor(
    private readonly doc: Y.Doc,
    private readonly present: (fields: Record<string, unknown>) => void,
  ) {
    super()
  }

  /** The last ones, oldest first, for a file that is shown for the first time. */
  of(file: string): readonly RestoreStep[] {
    return this.steps.filter((step) => step.touches(file))
  }

  /** null: the text is like that already. `only`: the one file that is wanted. */
  restore(timeline: Timeline, index: number, only?: string): RestoreStep | null {
    const step = new RestoreStep(this.doc, timeline, index, only)
    if (step.files.length === 0) {
      step.forget()
      return null
    }
    this.steps.push(step)
    for (const old of this.steps.splice(0, this.steps.length - STEPS_MAX)) old.forget()
    this.emit('done', step)
    this.tell(step, timeline.moments[index]?.at ?? 0)
    return step
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
