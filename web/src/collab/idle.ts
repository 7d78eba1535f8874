const IDLE_AFTER_MS = 120_000
const HIDDEN_AFTER_MS = 20_000

/** Says when this person has not done anything for two minutes, or looks at another tab. */
export class IdleClock {
  private idle = false
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly tell: (idle: boolean) => void) {
    globalThis.document?.addEventListener('visibilitychange', this.onVisibility)
    this.wait(IDLE_AFTER_MS)
  }

  acted(): void {
    this.set(false)
    this.wait(IDLE_AFTER_MS)
  }

  destroy(): void {
    clearTimeout(this.timer)
    globalThis.document?.removeEventListener('visibilitychange', this.onVisibility)
  }

  private wait(time: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.set(true), time)
  }

  private set(idle: boolean): void {
    if (idle === this.idle) return
    this.idle = idle
    this.tell(idle)
  }

  private readonly onVisibility = (): void => {
    if (document.visibilityState === 'visible') this.acted()
    else this.wait(HIDDEN_AFTER_MS)
  }
}
