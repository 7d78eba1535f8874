import type { OffsetEdit } from './delta'

const IN_MODEL = 1
const IN_DOC = 2
const IN_BOTH = IN_MODEL | IN_DOC

/**
 * The lines in which an input method composes. The browser's composition holds only while nobody
 * else changes them, so what others write there goes into the document and waits for the model;
 * what they write elsewhere goes on into both, however long it takes.
 *
 * Offsets are of the model or of the document, which differ as long as something waits.
 */
export class HeldLines {
  /** A unit of the lines each: whether the model has it, the document, or both. */
  private readonly cells: number[]
  private inModel: number
  private inDoc: number

  /**
   * The line breaks around the lines, where there are any, are held with them. `first`: no line
   * stands before these; `last`: none behind.
   */
  constructor(
    private from: number,
    to: number,
    private readonly first: boolean,
    private readonly last: boolean,
  ) {
    this.cells = cellsOf(to - from, IN_BOTH)
    this.inModel = to - from
    this.inDoc = to - from
  }

  /** Edits of others, sorted, in the document as it was: those that the model takes now. */
  remote(edits: readonly OffsetEdit[]): OffsetEdit[] {
    const now: OffsetEdit[] = []
    let shift = 0
    for (const edit of [...edits].reverse()) {
      const { at, remove, insert } = edit
      if (this.isBefore(at + remove)) {
        now.unshift(edit)
        shift += insert.length - remove
      } else if (this.isBehind(at, this.inDoc)) {
        now.unshift({ at: at - this.inDoc + this.inModel, remove, insert })
      } else this.hold(edit)
    }
    this.from += shift
    return now
  }

  /** An edit of the model by this person: what to do to the document, in this order. */
  own(at: number, remove: number, insert: string): OffsetEdit[] {
    if (this.isBefore(at + remove)) {
      this.from += insert.length - remove
      return [{ at, remove, insert }]
    }
    if (this.isBehind(at, this.inModel)) {
      return [{ at: at - this.inModel + this.inDoc, remove, insert }]
    }
    this.reach(at, at + remove, this.inModel)
    const index = this.indexOf(at - this.from, IN_MODEL)
    const start = this.from + this.count(index, IN_DOC)
    const edits = this.takeFromModel(index, remove, start)
    this.cells.splice(index, 0, ...cellsOf(insert.length, IN_BOTH))
    this.inModel += insert.length - remove
    this.inDoc += insert.length
    return insert === '' ? edits : [...edits, { at: start, remove: 0, insert }]
  }

  /** What the model lacks, as sorted edits of it; `text` is the document's. */
  rest(text: string): OffsetEdit[] {
    const edits: OffsetEdit[] = []
    let [model, doc] = [this.from, this.from]
    let open: OffsetEdit | null = null
    for (const cell of this.cells) {
      if (cell === IN_BOTH) open = null
      else {
        if (!open) {
          open = { at: model, remove: 0, insert: '' }
          edits.push(open)
        }
        if (cell === IN_DOC) open.insert += text[doc] ?? ''
        else open.remove += 1
      }
      if (cell & IN_MODEL) model += 1
      if (cell & IN_DOC) doc += 1
    }
    return edits
  }

  toDoc(offset: number): number {
    return this.translate(offset, IN_MODEL, IN_DOC)
  }

  toModel(offset: number): number {
    return this.translate(offset, IN_DOC, IN_MODEL)
  }

  private translate(offset: number, from: number, to: number): number {
    if (offset <= this.from) return offset
    const [length, other] =
      from === IN_MODEL ? [this.inModel, this.inDoc] : [this.inDoc, this.inModel]
    if (offset > this.from + length) return offset - length + other
    return this.from + this.count(this.indexOf(offset - this.from, from), to)
  }

  private isBefore(end: number): boolean {
    return end < this.from || (end === this.from && !this.first)
  }

  private isBehind(at: number, length: number): boolean {
    const end = this.from + length
    return at > end || (at === end && !this.last)
  }

  private hold({ at, remove, insert }: OffsetEdit): void {
    this.reach(at, at + remove, this.inDoc)
    let index = this.indexOf(at - this.from, IN_DOC)
    this.cells.splice(index, 0, ...cellsOf(insert.length, IN_DOC))
    index += insert.length
    for (let left = remove; left > 0; index += 1) {
      const cell = this.cells[index] ?? 0
      if (!(cell & IN_DOC)) continue
      left -= 1
      if (cell === IN_BOTH) this.cells[index] = IN_MODEL
      else this.cells.splice(index--, 1)
    }
    this.inDoc += insert.length - remove
  }

  /** Takes units out of the lines; those the document has too, as edits of it, last first. */
  private takeFromModel(index: number, units: number, start: number): OffsetEdit[] {
    const edits: OffsetEdit[] = []
    let doc = start
    for (let at = index, left = units; left > 0; ) {
      const cell = this.cells[at] ?? 0
      if (cell & IN_MODEL) {
        left -= 1
        this.cells.splice(at, 1)
        if (!(cell & IN_DOC)) continue
        this.inDoc -= 1
        const [last] = edits
        if (last && last.at + last.remove === doc) last.remove += 1
        else edits.unshift({ at: doc, remove: 1, insert: '' })
      } else at += 1
      doc += 1
    }
    return edits
  }

  /** An edit may reach over the edges of the lines: what it touches is held as well. */
  private reach(from: number, to: number, length: number): void {
    const [before, behind] = [this.from - from, to - this.from - length]
    for (let i = 0; i < before; i += 1) this.cells.unshift(IN_BOTH)
    for (let i = 0; i < behind; i += 1) this.cells.push(IN_BOTH)
    const more = Math.max(0, before) + Math.max(0, behind)
    this.from -= Math.max(0, before)
    this.inModel += more
    this.inDoc += more
  }

  /** The index right behind so many units of the model or of the document. */
  private indexOf(units: number, kind: number): number {
    let index = 0
    for (let left = units; left > 0; index += 1) if ((this.cells[index] ?? kind) & kind) left -= 1
    return index
  }

  private count(before: number, kind: number): number {
    let units = 0
    for (let i = 0; i < before; i += 1) if ((this.cells[i] ?? 0) & kind) units += 1
    return units
  }
}

const cellsOf = (length: number, kind: number): number[] => Array.from({ length }, () => kind)
