import * as Y from 'yjs'
import { isIndex, isRecord } from '../shared/lib/guard'
import { COLOR_COUNT, cleanName, DEFAULT_NAME } from '../shared/lib/person'

/** What each window tells the others about itself. Everything read here came from a stranger. */
export const SELECTIONS_MAX = 16

export interface PresenceSelection {
  anchor: Y.RelativePosition
  head: Y.RelativePosition
}

export interface Presence {
  name: string
  color: number
  /** The server's number for this connection; null where the server numbers none. */
  session: number | null
  file: string
  selections: PresenceSelection[]
  /** The line of the first caret when it last moved. */
  line: number | null
  /** Start of the first line in view. */
  top: Y.RelativePosition | null
  /** Lines in view after the first. */
  rows: number
  /** The client whose view this window shows. */
  following: number | null
  /** Another number than before: this person asks everyone to come. */
  call: number | null
  /** What this person restored last, for as long as it is news. */
  restored: RestoreNotice | null
  idle: boolean
}

/** What a window says of its last restore. */
export interface RestoreNotice {
  /** Another number than before: another restore. */
  n: number
  /** Of the first file; `files` is how many there were. */
  name: string
  files: number
  /** Time of the moment, ms since 1970. */
  moment: number
}

function readRestore(value: unknown): RestoreNotice | null {
  if (!isRecord(value) || !isIndex(value.n) || !isIndex(value.files)) return null
  if (typeof value.name !== 'string' || !isIndex(value.moment)) return null
  return { n: value.n, name: value.name.slice(0, 60), files: value.files, moment: value.moment }
}

/** A presence of one window in the room, this one's own among them. */
/** What y-protocols tells of the states of clients. */
export interface AwarenessChange {
  added: number[]
  updated: number[]
  removed: number[]
}

export interface Member extends Presence {
  clientId: number
  /** How much of the document was theirs when they told where they are. */
  clock: number
  self: boolean
  /** owner, editor or viewer; '' where the server tells none. */
  role: string
  /** The same for all windows of one person; null where the server tells none. */
  person: number | null
}

function readId(value: unknown): Y.ID | null {
  if (!isRecord(value) || !isIndex(value.client) || !isIndex(value.clock)) return null
  return Y.createID(value.client, value.clock)
}

/** A relative position from its JSON form; null unless every part has the right shape. */
export function readRelativePosition(value: unknown): Y.RelativePosition | null {
  if (!isRecord(value)) return null
  const item = value.item == null ? null : readId(value.item)
  if (value.item != null && item === null) return null
  const type = value.type == null ? null : readId(value.type)
  if (value.type != null && type === null) return null
  const tname = value.tname ?? null
  if (tname !== null && (typeof tname !== 'string' || tname.length > 200)) return null
  if (item === null && type === null && tname === null) return null
  const assoc = value.assoc === -1 ? -1 : 0
  return new Y.RelativePosition(type, tname, item, assoc)
}

function readSelection(value: unknown): PresenceSelection | null {
  if (!isRecord(value)) return null
  const head = readRelativePosition(value.head)
  const anchor = value.anchor === undefined ? head : readRelativePosition(value.anchor)
  return anchor && head ? { anchor, head } : null
}

export function readPresence(state: unknown): Presence | null {
  if (!isRecord(state)) return null
  const user = isRecord(state.user) ? state.user : {}
  const color = isIndex(user.color_index) ? user.color_index : isIndex(user.color) ? user.color : 0
  const raw = Array.isArray(state.selections) ? state.selections.slice(0, SELECTIONS_MAX) : []
  const number = (value: unknown) => (isIndex(value) ? value : null)
  return {
    name: cleanName(user.name) || DEFAULT_NAME,
    color,
    session: number(user.id),
    file: typeof state.file === 'string' ? state.file.slice(0, 255) : 'main',
    selections: raw.map(readSelection).filter((selection) => selection !== null),
    line: number(state.line),
    top: readRelativePosition(state.top),
    rows: number(state.rows) ?? 0,
    following: number(state.following),
    call: number(state.call),
    restored: readRestore(state.restored),
    idle: state.idle === true,
  }
}

/**
 * The server has eight colours. From the ninth person on they repeat, and then the caret is
 * dashed: of those with one colour, whoever came first keeps the plain one. All windows sort by the
 * server's numbers, so all agree.
 */
export function markRepeatedColors<
  T extends { color: number; session: number | null; person: number | null },
>(members: readonly T[]): T[] {
  const used = new Map<number, number>()
  const rounds = new Map<number, number>()
  const order = (member: T) => member.session ?? Number.MAX_SAFE_INTEGER
  const marked = new Map<T, T>()
  for (const member of [...members].sort((a, b) => order(a) - order(b))) {
    const base = member.color % COLOR_COUNT
    const known = member.person === null ? undefined : rounds.get(member.person)
    const round = known ?? used.get(base) ?? 0
    if (known === undefined) used.set(base, round + 1)
    if (member.person !== null) rounds.set(member.person, round)
    marked.set(member, { ...member, color: base + COLOR_COUNT * round })
  }
  return members.map((member) => marked.get(member) ?? member)
}

/** The lowest colour nobody in the room has; servers that assign colours overrule it. */
export function freeColor(taken: Iterable<number>): number {
  const used = new Set(taken)
  for (let color = 0; color < COLOR_COUNT; color += 1) if (!used.has(color)) return color
  return used.size
}
