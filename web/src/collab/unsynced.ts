/**
 * Counts the edits of this window that are not known to be stored.
 *
 * The server acknowledges with one number: the first n sync frames (step 2 and update) sent on
 * this connection are durable. A counter and not a state vector, because deletions do not show in
 * one. An edit is *loose* until a frame carries it; when the connection drops, what was not
 * acknowledged becomes loose again and travels in the next connection's step 2.
 */
export class Unsynced {
  private loose: number
  private frames = 0
  private acked = 0
  private inFlight: { frame: number; edits: number }[] = []
  private edits = 0

  constructor(loose = 0) {
    this.loose = loose
  }

  get waiting(): number {
    return this.loose + this.edits
  }

  edited(): void {
    this.loose += 1
  }

  /** One step 2 or update left, carrying this many loose edits (all of them by default). */
  sent(edits = this.loose): void {
    const carried = Math.min(edits, this.loose)
    this.frames += 1
    this.loose -= carried
    this.edits += carried
    this.inFlight.push({ frame: this.frames, edits: carried })
  }

  /** False when the number cannot be right: smaller than before, or more than was sent. */
  ack(frames: number): boolean {
    if (frames < this.acked || frames > this.frames) return false
    this.acked = frames
    while (this.inFlight[0] !== undefined && this.inFlight[0].frame <= frames) {
      this.edits -= this.inFlight.shift()?.edits ?? 0
    }
    return true
  }

  /** For servers that acknowledge nothing: what was sent is taken as kept. */
  ackAll(): void {
    this.ack(this.frames)
  }

  disconnected(): void {
    this.loose += this.edits
    this.edits = 0
    this.frames = 0
    this.acked = 0
    this.inFlight = []
  }
}
