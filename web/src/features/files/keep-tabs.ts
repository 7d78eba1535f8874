import { readStoredJson, writeStored } from '../../shared/lib/storage'
import { tabsRead } from '../../shared/store/filesSlice'
import type { Room } from '../part'

const TABS_MAX = 64

/** The tabs of this room come back as they were in this browser. */
export function keepTabs({ session, store }: Room): () => void {
  const key = `tabs.${session.roomId}`
  const kept: unknown = readStoredJson(key)
  const ids = Array.isArray(kept) ? kept.filter((id): id is string => typeof id === 'string') : []
  const open = ids.slice(0, TABS_MAX)
  store.dispatch(tabsRead(open.includes(session.file) ? open : [...open, session.file]))
  let last = store.getState().files.open
  return store.subscribe(() => {
    const { open } = store.getState().files
    if (open === last) return
    last = open
    writeStored(key, JSON.stringify(open))
  })
}
