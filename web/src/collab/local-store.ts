import * as Y from 'yjs'
import { readStored, writeStored } from '../shared/lib/storage'
import { GatheredUpdates } from './gathered-updates'
import { UpdateStore } from './update-store'
import { onWindowEvents } from './window-events'

/**
 * A copy of the room in this browser, so that a reload without the server keeps the text.
 *
 * Keyed by room and epoch: when the server resets a room it takes a new epoch, and an old copy
 * must never be merged into the new history.
 */
const OPEN_WAIT_MS = 2_000
/** A database that has not answered by then will not. */
const LOST_AFTER_MS = 10_000
const UPDATES_MAX = 500
/** An update that says nothing: no structs, no deletions. */
const EMPTY_BYTES = 2
/** A write costs a transaction in another process: ten people who type make fifty a second. */
const WAITS = { ownMs: 50, othersMs: 1_000 }

/** Marks what came from the copy. */
const LOADED = Symbol('loaded')
const CLOSE_AFTER_MS = 1_000

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

/**
 * Opens the copy, puts it into the document, and writes down what comes. `onLost` is called once, at
 * the first thing that the browser did not keep: from then on there is no copy to be relied on, and
 * nothing else changes.
 */
export function openLocalStore(
  roomId: string,
  epoch: string,
  doc: Y.Doc,
  onLost: () => void,
): LocalStore {
  const name = `tandem:${roomId}:${epoch}`
  let store: UpdateStore | null = null
  let ended = false
  let count = 0
  const lose = () => {
    if (ended) return
    stop()
    store?.close()
    onLost()
  }
  const opening = UpdateStore.open(name).then(async (opened) => {
    if (ended) return opened.close()
    const kept = await opened.all()
    if (ended) return opened.close()
    const had = Y.encodeStateAsUpdate(doc)
    if (had.length > EMPTY_BYTES) await opened.add(had)
    const apply = () => {
      for (const update of kept) Y.applyUpdate(doc, update, LOADED)
    }
    Y.transact(doc, apply, LOADED, false)
    store = opened
    count = kept.length
  })
  const loaded = opening.catch(lose)
  const write = async (update: Uint8Array) => {
    await loaded
    if (!store) return
    count += 1
    if (count <= UPDATES_MAX) await store.add(update)
    else {
      count = 1
      await store.replaceAll(Y.encodeStateAsUpdate(doc))
    }
  }
  const updates = new GatheredUpdates((update) => void write(update).catch(lose), WAITS)
  const onUpdate = (update: Uint8Array, origin: unknown, _: Y.Doc, { local }: Y.Transaction) => {
    if (origin !== LOADED) updates.add(update, local)
  }
  doc.on('update', onUpdate)
  const stopListening = onWindowEvents({ wake: () => {}, leave: () => updates.flush() })
  const patience = setTimeout(() => store === null && lose(), LOST_AFTER_MS)
  let forgotten = false
  const stop = () => {
    ended = true
    clearTimeout(patience)
    doc.off('update', onUpdate)
    stopListening()
  }
  const wait = new Promise<void>((resolve) => setTimeout(resolve, OPEN_WAIT_MS))
  return {
    ready: Promise.race([loaded, wait]),
    close: () => {
      // What waits to be written was of a room that is gone, and its database is closing.
      if (forgotten) return
      updates.flush()
      stop()
      // After what was just written; a database that never opened has nothing to close.
      void loaded.then(() => setTimeout(() => store?.close(), CLOSE_AFTER_MS))
    },
    forget: () => {
      forgotten = true
      stop()
      updates.drop()
      writeStored(`epoch.${roomId}`, null)
      writeWaiting(roomId, 0)
      store?.close()
      // It may be gone already, or never have been there.
      void UpdateStore.remove(name).catch(() => {})
    },
  }
}
