import type * as Y from 'yjs'
import type { Session } from '../../collab/session'

/** Rows that came since are not worth a request each time the pointer rests. */
const FRESH_MS = 10_000

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const dayAndYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })

/** "28 Nov, 19:06"; the year only when it is another one. */
function moment(at: Date): string {
  const date = at.getFullYear() === new Date().getFullYear() ? day : dayAndYear
  return `${date.format(at)}, ${clock.format(at)}`
}

export interface LinePlace {
  text: Y.Text
  from: number
  to: number
}

/** Who wrote what stands in the line, in words; '' when there is nothing or it cannot be known. */
export async function lineAuthor(session: Session, place: () => LinePlace | null): Promise<string> {
  const { history } = session
  if (Date.now() - history.loadedAt > FRESH_MS && !(await history.load())) return ''
  const at = place()
  const written = at && history.authorship.latest(at.text, at.from, at.to)
  if (!written) return ''
  const { name } = history.author(written.author)
  return `${name} wrote this line on ${moment(new Date(written.at))}`
}
