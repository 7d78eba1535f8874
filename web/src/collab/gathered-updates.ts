import * as Y from 'yjs'

export interface GatherWaits {
  /** For what was typed here: long enough that the letter is on the screen first. */
  ownMs: number
  /** For what others typed: the server has it. */
  othersMs: number
}

/** Updates of a document, put together before they are written. */
export class GatheredUpdates {
  private waiting: Uint8Array[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  private due = Number.POSITIVE_INFINITY

  constructor(
    private readonly write: (update: Uint8Array) => void,
    private readonly waits: GatherWaits,
  ) {}

  add(update: Uint8Array, own: boolean): void {
    this.waiting.push(update)
    const wait = own ? this.waits.ownMs : this.waits.othersMs
    const due = Date.now() + wait
    if (due >= this.due) return
    clearTimeout(this.timer)
    this.due = due
    this.timer = setTimeout(() => this.flush(), wait)
  }

  /** What waits is not worth writing any more. */
  drop(): void {
    clearTimeout(this.timer)
    this.due = Number.POSITIVE_INFINITY
    this.waiting = []
  }

  flush(): void {
    clearTimeout(this.timer)
    this.due = Number.POSITIVE_INFINITY
    const [first, ...more] = this.waiting
    this.waiting = []
    if (first) this.write(more.length > 0 ? Y.mergeUpdates([first, ...more]) : first)
  }
}
