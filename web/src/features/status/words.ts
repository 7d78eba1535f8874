import type { Link } from '../../shared/store/roomSlice'

export type Tone = 'ok' | 'busy' | 'warn'

export interface StatusWords {
  tone: Tone
  word: string
  detail: string
}

export function edits(count: number): string {
  return count === 1 ? '1 edit' : `${count} edits`
}

/** The light in words. "Saved" is only said when the server confirmed what it stored. */
export function statusWords(link: Link, confirms: boolean, waiting: number): StatusWords {
  if (link === 'offline') {
    const word = waiting > 0 ? `Offline, ${edits(waiting)} waiting` : 'Offline'
    return {
      tone: 'warn',
      word,
      detail: 'Your text is kept in this browser until the server is back.',
    }
  }
  if (link !== 'live') {
    return { tone: 'busy', word: 'Connecting', detail: 'Looking for the server.' }
  }
  if (!confirms) return { tone: 'ok', word: 'Live', detail: 'Everyone here sees your edits.' }
  if (waiting > 0) {
    return { tone: 'busy', word: 'Saving', detail: `${edits(waiting)} on the way to the disk.` }
  }
  return { tone: 'ok', word: 'Saved', detail: 'Every edit of yours is stored on the server.' }
}
