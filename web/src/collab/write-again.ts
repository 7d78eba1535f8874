import * as Y from 'yjs'
import { isRecord } from '../shared/lib/guard'

/**
 * Writes what one document has of its own writer, and another lacks, into that other one.
 *
 * When a client id turns out to be another's, its edits can be merged nowhere: their clocks are
 * taken. Their words can be written again, by a new writer: each behind the letter that it stood
 * behind, as far as that letter is still seen. What the writer deleted is deleted again.
 */
export function writeAgain(from: Y.Doc, into: Y.Doc): boolean {
  const edits = [...from.share.keys()].flatMap((name): (() => void)[] => {
    const type = from.share.get(name)
    if (name.startsWith('file:')) {
      const edit = textEdit(from.getText(name), from.clientID, into.getText(name), into)
      return edit ? [edit] : []
    }
    // A root that was never looked at has no kind yet.
    if (!type || type._map.size === 0) return []
    return entryEdits(from.getMap(name), from.clientID, into.getMap(name), into)
  })
  into.transact(() => {
    for (const edit of edits) edit()
  }, writeAgain)
  return edits.length > 0
}

interface Unit {
  client: number
  clock: number
}

/** Text that is to stand behind a place, and letters that are to go; places are those of before. */
interface Change {
  at: number
  remove: number
  insert: string
}

function textEdit(from: Y.Text, me: number, into: Y.Text, doc: Y.Doc): (() => void) | null {
  const places = new Places(into)
  const changes: Change[] = []
  let at = 0
  for (let item = from._start; item !== null; item = item.right) {
    const { content, deleted } = item
    for (let i = 0; i < item.length; i++) {
      const unit = { client: item.id.client, clock: item.id.clock + i }
      const letter = content instanceof Y.ContentString ? (content.str[i] ?? '') : null
      const place = isThere(doc, unit, me, letter) ? places.of(unit) : null
      if (place !== null) {
        if (deleted) add(changes, { at: place, remove: 1, insert: '' })
        at = place + 1
      } else if (!deleted && letter !== null && isOwn(doc, unit, me, letter)) {
        add(changes, { at, remove: 0, insert: letter })
      }
    }
  }
  if (changes.length === 0) return null
  return () => {
    // From the end, so that places stay; what is inserted at one stands before its letter.
    changes.sort((a, b) => b.at - a.at || b.remove - a.remove)
    for (const { at: place, remove, insert } of changes) {
      if (remove > 0) into.delete(place, remove)
      if (insert !== '') into.insert(place, insert)
    }
  }
}

/** Letters in a row are one change, or a pair of surrogates would be cut. */
function add(changes: Change[], change: Change): void {
  const last = changes.at(-1)
  if (last && last.remove === 0 && change.remove === 0 && last.at === change.at) {
    last.insert += change.insert
  } else if (
    last &&
    last.insert === '' &&
    change.insert === '' &&
    last.at + last.remove === change.at
  ) {
    last.remove += change.remove
  } else {
    changes.push(change)
  }
}

function entryEdits(
  from: Y.Map<unknown>,
  me: number,
  into: Y.Map<unknown>,
  doc: Y.Doc,
): (() => void)[] {
  const edits: (() => void)[] = []
  for (const [key, item] of from._map) {
    const own = item.id.client === me && lettersOf(doc, item.id) === undefined
    const there = into._map.get(key)
    if (own && !item.deleted) {
      const value = from.get(key)
      // Only plain values: types have their own writers.
      if (!(value instanceof Y.AbstractType)) edits.push(() => into.set(key, copy(value)))
    } else if (item.deleted && there && !there.deleted && Y.compareIDs(there.id, item.id)) {
      edits.push(() => into.delete(key))
    }
  }
  return edits
}

const copy = (value: unknown): unknown => (isRecord(value) ? { ...value } : value)

/** What a document holds at a clock: the letter of a text, '' of other content, undefined: nothing. */
function lettersOf(doc: Y.Doc, { client, clock }: Unit): string | undefined {
  const structs = doc.store.clients.get(client)
  if (!structs || clock >= Y.getState(doc.store, client)) return undefined
  const struct = structs[Y.findIndexSS(structs, clock)]
  if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) return ''
  return struct.content.str[clock - struct.id.clock]
}

/** Is this very letter in the document, and not another that was written under its clock? */
function isThere(doc: Y.Doc, unit: Unit, me: number, letter: string | null): boolean {
  const there = lettersOf(doc, unit)
  if (there === undefined) return false
  return unit.client !== me || letter === null || there === '' || there === letter
}

/** Was it written here, and never taken? What was deleted since says no letter, and was taken. */
function isOwn(doc: Y.Doc, unit: Unit, me: number, letter: string): boolean {
  if (unit.client !== me) return false
  const there = lettersOf(doc, unit)
  return there === undefined || (there !== '' && there !== letter)
}

/** Where the letters of a text are seen. */
class Places {
  private readonly runs = new Map<number, { clock: number; length: number; at: number }[]>()

  constructor(text: Y.Text) {
    let at = 0
    for (let item = text._start; item !== null; item = item.right) {
      if (item.deleted || !item.countable) continue
      const { client, clock } = item.id
      const runs = this.runs.get(client) ?? []
      runs.push({ clock, length: item.length, at })
      this.runs.set(client, runs)
      at += item.length
    }
    for (const runs of this.runs.values()) runs.sort((a, b) => a.clock - b.clock)
  }

  of({ client, clock }: Unit): number | null {
    const runs = this.runs.get(client) ?? []
    let low = 0
    let high = runs.length
    while (low < high) {
      const middle = (low + high) >> 1
      const run = runs[middle]
      if (run && run.clock + run.length <= clock) low = middle + 1
      else high = middle
    }
    const run = runs[low]
    return run && run.clock <= clock ? run.at + clock - run.clock : null
  }
}
