import type * as Y from 'yjs'
import type { Session } from '../../collab/session'

/** Rows that came since are not worth a request each time the pointer rests. */
const FRESH_MS = 10_000

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

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
  return `${history.author(written.author).name}, ${when.format(new Date(written.at))}`
}
