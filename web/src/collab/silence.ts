/** Whoever connects is greeted at once: a socket that stays dumb leads nowhere. */
const FIRST_WORD_MS = 15_000
const SILENCE_MS = 30_000
const PROBE_MS = 10_000
const LOOK_MS = 5_000

interface Actions {
  /** Says something that is answered. */
  ask: () => void
  giveUp: () => void
}

/** A half-open connection looks alive for minutes: ask, and give up when nothing comes back. */
export class Silence {
  private connected = false
  private heard = false
  private lastAt = 0
  private askedAt = 0
  private readonly timer = setInterval(() => this.look(), LOOK_MS)

  constructor(private readonly actions: Actions) {}

  /** A new socket is being opened, or it is open now. */
  begins(): void {
    this.connected = true
    this.heard = false
    this.lastAt = Date.now()
    this.askedAt = 0
  }

  broken(): void {
    this.heard = true
    this.lastAt = Date.now()
    this.askedAt = 0
  }

  ended(): void {
    this.connected = false
  }

  destroy(): void {
    clearInterval(this.timer)
  }

  private look(): void {
    if (!this.connected) return
    const now = Date.now()
    if (!this.heard) {
      if (now - this.lastAt > FIRST_WORD_MS) this.actions.giveUp()
    } else if (this.askedAt > 0) {
      if (now - this.askedAt > PROBE_MS) this.actions.giveUp()
    } else if (now - this.lastAt > SILENCE_MS) {
      this.askedAt = now
      this.actions.ask()
    }
  }
}
