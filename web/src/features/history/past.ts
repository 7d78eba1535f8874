import { pastShown } from '../../shared/store/layoutSlice'
import type { Room } from '../part'

export const momentHash = (seq: number): string => `#t=${seq}`

/** The row that the address names: `#t=12`. */
export function hashMoment(hash: string): number | null {
  const found = /^#t=(\d{1,15})$/.exec(hash)
  return found ? Number(found[1]) : null
}

export function closePast({ store, editor }: Room): void {
  store.dispatch(pastShown(null))
  // The address is the room's again, so that copying it is no surprise.
  if (hashMoment(location.hash) !== null) history.replaceState(history.state, '', location.pathname)
  editor?.focus()
}

export function togglePast(room: Room): void {
  const { store } = room
  if (store.getState().layout.past) closePast(room)
  else store.dispatch(pastShown({ seq: null }))
}

/** Escape leaves the past wherever the focus is, unless something nearer has a use for it. */
export function closeByEscape(close: () => void): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return
    if (document.querySelector('dialog[open]')) return
    event.preventDefault()
    close()
  }
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}

/** A link to a moment opens it, now and whenever the address changes. */
export function followAddress({ store }: Room): () => void {
  const look = () => {
    const seq = hashMoment(location.hash)
    if (seq !== null) store.dispatch(pastShown({ seq }))
  }
  look()
  addEventListener('hashchange', look)
  return () => {
    removeEventListener('hashchange', look)
    store.dispatch(pastShown(null))
  }
}
