import * as Y from 'yjs'

/**
 * Updates of a document, put together before they are written: what others typed waits up to
 * `waitMs`, because the server has it; what was typed here is written at once, with all that waits.
 */
export class GatheredUpdates {
  private waiting: Uint8Array[] = []
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly write: (update: Uint8Array) => void,
    private readonly waitMs: number,
  ) {}

  add(update: Uint8Array, own: boolean): void {
    this.waiting.push(update)
    if (own) this.flush()
    else this.timer ??= setTimeout(() => this.flush(), this.waitMs)
  }

  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const [first, ...more] = this.waiting
    this.waiting = []
    if (first) this.write(more.length > 0 ? Y.mergeUpdates([first, ...more]) : first)
  }
}
