import { IndexeddbPersistence } from 'y-indexeddb'
import type * as Y from 'yjs'
import { readStored, writeStored } from '../shared/lib/storage'
import { GatheredUpdates } from './gathered-updates'
import { onWindowEvents } from './window-events'

/**
 * A copy of the room in this browser, so that a reload without the server keeps the text.
 *
 * Keyed by room and epoch: when the server resets a room it takes a new epoch, and an old copy
 * must never be merged into the new history.
 */
const OPEN_WAIT_MS = 2_000
/** A write costs a transaction in another process: ten people who type make fifty a second. */
const WAITS = { ownMs: 50, othersMs: 1_000 }

export interface LocalStore {
  /** Resolves when the copy is in the document, or when the browser keeps us waiting too long. */
  ready: Promise<void>
  close(): void
  /** Takes the copy off this computer. */
  forget(): void
}

export function knownEpoch(roomId: string): string | null {
  return readStored(`epoch.${roomId}`)
}

export function rememberEpoch(roomId: string, epoch: string): void {
  writeStored(`epoch.${roomId}`, epoch)
}

export function readWaiting(roomId: string): number {
  const count = Number(readStored(`waiting.${roomId}`) ?? 0)
  return Number.isSafeInteger(count) && count > 0 ? count : 0
}

export function writeWaiting(roomId: string, count: number): void {
  writeStored(`waiting.${roomId}`, count > 0 ? String(count) : null)
}

const NO_STORE: LocalStore = { ready: Promise.resolve(), close: () => {}, forget: () => {} }

export function openLocalStore(roomId: string, epoch: string, doc: Y.Doc): LocalStore {
  if (typeof indexedDB === 'undefined') return NO_STORE
  const persistence = new IndexeddbPersistence(`tandem:${roomId}:${epoch}`, doc)
  const updates = new GatheredUpdates((update) => persistence._storeUpdate(update, null), WAITS)
  const onUpdate = (update: Uint8Array, origin: unknown, _: Y.Doc, { local }: Y.Transaction) => {
    if (origin !== persistence) updates.add(update, local)
  }
  doc.off('update', persistence._storeUpdate)
  doc.on('update', onUpdate)
  const stopListening = onWindowEvents({ wake: () => {}, leave: () => updates.flush() })
  let forgotten = false
  const stop = () => {
    doc.off('update', onUpdate)
    stopListening()
  }
  const loaded = persistence.whenSynced.then(() => {}).catch(() => {})
  const patience = new Promise<void>((resolve) => setTimeout(resolve, OPEN_WAIT_MS))
  return {
    ready: Promise.race([loaded, patience]),
    close: () => {
      // What waits to be written was of a room that is gone, and its database is closing.
      if (forgotten) return
      stop()
      updates.flush()
      void persistence.destroy().catch(() => {})
    },
    forget: () => {
      forgotten = true
      stop()
      updates.drop()
      writeStored(`epoch.${roomId}`, null)
      writeWaiting(roomId, 0)
      void persistence.clearData().catch(() => {})
    },
  }
}
