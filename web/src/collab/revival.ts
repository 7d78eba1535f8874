import type * as Y from 'yjs'
import { fileText, type RoomFiles } from './files'

const OTHERS_FIRST_MS = 1_000

/**
 * Nobody's writing is lost behind a deletion: a deleted file that is written into, or was while
 * its deletion was on its way, comes back. Whoever wrote brings it back at once; what other
 * applications write is left to whichever window sees it unmended a second later.
 */
export class Revival {
  /** Texts that were written into here. */
  private readonly written = new WeakSet<object>()
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>()
  private readonly stop: () => void
  private live = false
  /** This window may change nothing. */
  readOnly = false

  constructor(
    private readonly doc: Y.Doc,
    private readonly files: RoomFiles,
  ) {
    doc.on('afterTransaction', this.onTransaction)
    this.stop = files.on('removed', (removed) => {
      for (const { id } of removed) this.lookAt(id, this.written.has(fileText(doc, id)))
    })
  }

  /** Once the whole document is here: what was changed behind a deletion while nobody looked? */
  connected(live: boolean): void {
    const first = live && !this.live
    this.live = live
    if (first) for (const { id } of this.files.deleted()) this.lookAt(id, false)
  }

  destroy(): void {
    this.doc.off('afterTransaction', this.onTransaction)
    this.stop()
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }

  private readonly onTransaction = (transaction: Y.Transaction): void => {
    const { local, origin } = transaction
    const changed: ReadonlyMap<object, unknown> = transaction.changed
    for (const { id } of this.files.deleted()) {
      if (!changed.has(fileText(this.doc, id))) continue
      if (local && origin !== this.files) this.revive(id)
      else this.lookAt(id, false)
    }
    if (local) for (const type of changed.keys()) this.written.add(type)
  }

  private lookAt(id: string, now: boolean): void {
    if (now && this.files.changedBehindDeletion(id)) this.revive(id)
    if (this.timers.has(id) || !this.files.findDeleted(id)) return
    const look = () => {
      this.timers.delete(id)
      if (this.live && !this.readOnly && this.files.changedBehindDeletion(id)) this.revive(id)
    }
    this.timers.set(id, setTimeout(look, OTHERS_FIRST_MS))
  }

  private revive(id: string): void {
    try {
      this.files.bringBack(id, 'edit')
    } catch {
      // The room has no place for one more file: it stays under the deleted ones, with its text.
    }
  }
}
