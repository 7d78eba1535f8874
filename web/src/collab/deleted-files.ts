import * as Y from 'yjs'
import { isRecord } from '../shared/lib/guard'

/** Of the root map `deleted`: what the room remembers of files that were taken out of its list. */
export interface Deletion {
  name: string
  /** By the clock of who deleted it, ms since 1970; 0: not known. */
  at: number
  /** Name of who deleted it; '': not known. */
  by: string
  /** `textPrint` of the text that was deleted; '': not known. */
  seen: string
}

/** The room forgets the oldest ones beyond. Their texts stay in the document. */
export const DELETED_MAX = 32

/** Two texts with one print are taken for equal: length and FNV-1a of the UTF-16 units. */
export function textPrint(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return `${text.length}:${(hash >>> 0).toString(16)}`
}

const short = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 255) : '')

/** null: nothing is remembered, or nothing that makes sense. */
export function readDeletion(raw: unknown): Deletion | null {
  const value: unknown = raw instanceof Y.Map ? raw.toJSON() : raw
  if (!isRecord(value)) return null
  const { at } = value
  return {
    name: short(value.name),
    at: typeof at === 'number' && Number.isFinite(at) && at > 0 ? at : 0,
    by: short(value.by),
    seen: short(value.seen),
  }
}

/** Inside a transaction: one more deletion, and one less of the oldest when there are too many. */
export function rememberDeletion(map: Y.Map<unknown>, id: string, deletion: Deletion): void {
  const age = (key: string) => readDeletion(map.get(key))?.at ?? 0
  const others = [...map.keys()].filter((key) => key !== id).sort((a, b) => age(b) - age(a))
  for (const old of others.slice(DELETED_MAX - 1)) map.delete(old)
  map.set(id, deletion)
}
