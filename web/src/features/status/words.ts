import type { RoomState } from '../../shared/store/roomSlice'

export type Tone = 'ok' | 'busy' | 'warn'

export interface Light {
  tone: Tone
  word: string
  detail: string
}

/** All that the light looks at. */
export type Seen = Pick<
  RoomState,
  'link' | 'confirms' | 'waiting' | 'problem' | 'unsaved' | 'readOnly' | 'kept' | 'full'
>

export function edits(count: number): string {
  return count === 1 ? '1 edit' : `${count} edits`
}

const UNSAVED = {
  full: 'server full',
  stalled: 'server cannot save',
  refused: 'refused',
  slow: 'no answer',
}

function offline(waiting: number, kept: boolean): Light {
  const word = waiting > 0 ? `Offline, ${edits(waiting)} waiting` : 'Offline'
  const detail = kept
    ? 'Your text is kept in this browser until the server is back.'
    : 'Keep this page open until the server is back: this browser keeps no copy.'
  return { tone: 'warn', word, detail }
}

/**
 * The light in words: what is worst comes first, and nothing better is said than what is known.
 * Gone for good, no connection, a connection that keeps nothing, then what is well.
 */
export function lightOf(room: Seen): Light {
  const { link, confirms, waiting, unsaved } = room
  if (room.problem !== null || link === 'closed') {
    return {
      tone: 'warn',
      word: 'Gone',
      detail: 'This room is not there any more, or not for you.',
    }
  }
  if (room.full) {
    return { tone: 'warn', word: 'Room full', detail: 'Your place is asked for again.' }
  }
  if (link === 'offline') return offline(waiting, room.kept)
  if (link === 'connecting') {
    return { tone: 'busy', word: 'Connecting', detail: 'Looking for the server.' }
  }
  if (room.readOnly) {
    return { tone: 'ok', word: 'Read-only', detail: 'You see all that is written here.' }
  }
  if (unsaved) {
    return { tone: 'warn', word: `Not saved: ${UNSAVED[unsaved.kind]}`, detail: unsaved.why }
  }
  if (!confirms) return { tone: 'ok', word: 'Live', detail: 'Everyone here sees your edits.' }
  if (waiting > 0) {
    const word = waiting > 1 ? `Saving ${waiting}` : 'Saving'
    return { tone: 'busy', word, detail: `${edits(waiting)} on the way to the disk.` }
  }
  return { tone: 'ok', word: 'Saved', detail: 'Every edit of yours is stored on the server.' }
}
