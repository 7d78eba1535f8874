import { isRecord } from './guard'
import { isRoomId } from './room-id'
import { readStoredJson, writeStored } from './storage'

export interface RecentRoom {
  id: string
  name: string
  at: number
}

export const RECENT_MAX = 6

export function readRecent(raw: unknown = readStoredJson('recent')): RecentRoom[] {
  if (!Array.isArray(raw)) return []
  const rooms: RecentRoom[] = []
  for (const item of raw) {
    if (!isRecord(item) || typeof item.id !== 'string' || !isRoomId(item.id)) continue
    const name = typeof item.name === 'string' ? item.name.slice(0, 120) : ''
    rooms.push({ id: item.id, name, at: typeof item.at === 'number' ? item.at : 0 })
  }
  return rooms.slice(0, RECENT_MAX)
}

/** The list with this room first; a known name is not overwritten by an empty one. */
export function withRecent(list: RecentRoom[], room: RecentRoom): RecentRoom[] {
  const old = list.find((item) => item.id === room.id)
  const first = { ...room, name: room.name || (old?.name ?? '') }
  return [first, ...list.filter((item) => item.id !== room.id)].slice(0, RECENT_MAX)
}

export function rememberRoom(id: string, name: string): void {
  writeStored('recent', JSON.stringify(withRecent(readRecent(), { id, name, at: Date.now() })))
}

export function forgetRoom(id: string): void {
  writeStored('recent', JSON.stringify(readRecent().filter((item) => item.id !== id)))
}
