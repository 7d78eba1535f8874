// What was written, by whom, and what of it was acknowledged: kept outside the server, never told to it.
//
// The text of a room is a row of tokens "<writer:number>", each written once.  A token is owed when its
// insert was acknowledged and nobody ever tried to delete it; it is gone for good when a delete was
// acknowledged; in between, both are right after a crash.

const TOKEN = /<([a-z0-9]+:\d+)>/g

/** The tokens of a text; anything else in it, or a token twice, is a fault. */
export function tokensOf(text) {
  const found = new Set()
  let read = 0
  for (const match of text.matchAll(TOKEN)) {
    if (match.index !== read) throw new Error(`text is torn at ${read}: ${text.slice(read, read + 40)}`)
    if (found.has(match[1])) throw new Error(`doubled: ${match[1]}`)
    found.add(match[1])
    read = match.index + match[0].length
  }
  if (read !== text.length) throw new Error(`text is torn at ${read}: ${text.slice(read, read + 40)}`)
  return found
}

/** The ledger of one room. */
export class Ledger {
  constructor() {
    this.tokens = new Map() // id -> {acked, deleting, deleted}
    this.marks = new Map() // writer -> {sent, acked}: its newest entry of the map "marks"
    this.acked = 0
  }

  insert(id) {
    this.tokens.set(id, { acked: false, deleting: false, deleted: false })
  }

  remove(id) {
    const token = this.tokens.get(id)
    if (token) token.deleting = true
  }

  mark(writer, number) {
    const mark = this.marks.get(writer) ?? { sent: 0, acked: 0 }
    this.marks.set(writer, { ...mark, sent: number })
  }

  /** What one acknowledged frame said. */
  ack(frame) {
    for (const id of frame.inserts) {
      const token = this.tokens.get(id)
      if (token && !token.acked) this.acked++
      if (token) token.acked = true
    }
    for (const id of frame.deletes) {
      const token = this.tokens.get(id)
      if (token && !token.deleted) this.acked++
      if (token) token.deleted = true
    }
    if (frame.mark) {
      const mark = this.marks.get(frame.writer)
      if (frame.mark > mark.acked) this.acked++
      mark.acked = Math.max(mark.acked, frame.mark)
    }
  }

  /** Faults of a document that nobody but the server had a hand in since the crash. */
  faultsAfterCrash(doc) {
    const present = tokensOf(doc.getText('file:main').toString())
    const faults = []
    for (const [id, token] of this.tokens) {
      if (token.acked && !token.deleting && !present.has(id)) faults.push(`acked insert lost: ${id}`)
      if (token.deleted && present.has(id)) faults.push(`acked delete lost: ${id}`)
    }
    for (const id of present) if (!this.tokens.has(id)) faults.push(`came back or never written: ${id}`)
    for (const [writer, mark] of this.marks) {
      const has = doc.getMap('marks').get(writer) ?? 0
      if (has < mark.acked || has > mark.sent)
        faults.push(`mark of ${writer} is ${has}, sent ${mark.sent}, acked ${mark.acked}`)
    }
    return faults
  }

  /** Faults of a document when all writers are back, synced, and everything is acknowledged. */
  faultsAtRest(doc) {
    const present = tokensOf(doc.getText('file:main').toString())
    const faults = []
    for (const [id, token] of this.tokens)
      if (present.has(id) === token.deleting) faults.push(`${token.deleting ? 'not gone' : 'lost'}: ${id}`)
    for (const id of present) if (!this.tokens.has(id)) faults.push(`came back or never written: ${id}`)
    for (const [writer, mark] of this.marks)
      if (doc.getMap('marks').get(writer) !== mark.sent) faults.push(`mark of ${writer} is not ${mark.sent}`)
    return faults
  }

  /** Forget tokens that are gone for good; should one come back it counts as never written. */
  prune() {
    for (const [id, token] of this.tokens) if (token.deleted) this.tokens.delete(id)
  }
}
