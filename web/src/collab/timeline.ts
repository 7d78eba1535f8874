import * as Y from 'yjs'
import { isRecord } from '../shared/lib/guard'
import { type DeltaOp, deltaToEdits } from './delta'
import type { HistoryRow } from './history-rows'
import { type TextDifference, textDifference } from './text-difference'

const FILE_PREFIX = 'file:'
const CHECKPOINT_MOMENTS = 1_000

/** A change of one file's text, which can be taken back: it says what it removed. */
export interface TextEdit extends TextDifference {
  file: string
}

/** One row that changed a text or the list of files. */
export interface Moment {
  seq: number
  author: number
  at: number
  edits: TextEdit[]
  /** The list of files from here on, when this row changed it. */
  files?: ReadonlyMap<string, string>
}

/** Where the edits of one moment stand in the text that all of them leave behind. */
export function placesAfter(edits: readonly TextEdit[]): { at: number; length: number }[] {
  return edits.map(({ at, inserted }, i) => {
    let shifted = at
    for (const later of edits.slice(i + 1)) {
      if (later.at <= shifted) shifted += later.inserted.length - later.removed.length
    }
    return { at: Math.max(0, shifted), length: inserted.length }
  })
}

type Texts = Map<string, string>

function apply(texts: Texts, edit: TextEdit): void {
  const text = texts.get(edit.file) ?? ''
  const after = edit.at + edit.removed.length
  texts.set(edit.file, text.slice(0, edit.at) + edit.inserted + text.slice(after))
}

function takeBack(texts: Texts, edit: TextEdit): void {
  const { file, at, removed, inserted } = edit
  apply(texts, { file, at, removed: inserted, inserted: removed })
}

/** The edits of one event, from the end, so that none shifts another. */
function editsOf(file: string, delta: readonly DeltaOp[], before: string): TextEdit[] {
  return deltaToEdits(delta)
    .toReversed()
    .map(({ at, remove, insert }) => {
      return { file, at, removed: before.slice(at, at + remove), inserted: insert }
    })
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff
}

function tearsPair(text: string, { at, removed }: TextEdit): boolean {
  return isLowSurrogate(text, at) || isLowSurrogate(text, at + removed.length)
}

/**
 * The whole life of a room's texts, from its log. Rows are added in order; then any moment's texts
 * can be had, forwards and backwards, at the price of the edits in between (at most 1,000).
 */
export class Timeline {
  readonly moments: Moment[] = []
  private readonly doc = new Y.Doc()
  private readonly watched = new Map<string, Y.Text>()
  /** Texts after the last row. */
  private readonly newest: Texts = new Map()
  /** Entry i: texts and files before moment i * CHECKPOINT_MOMENTS. */
  private readonly checkpoints: { texts: Texts; files: ReadonlyMap<string, string> }[] = []
  private files: ReadonlyMap<string, string> = new Map()
  private current: Moment | null = null
  private shown: Texts = new Map()
  private shownAt = -1
  private last = 0
  private first = 0

  constructor() {
    this.doc.getMap('files').observeDeep(() => this.readFiles())
  }

  /** Number of the last row that was added. */
  get lastSeq(): number {
    return this.last
  }

  /** Rows before the first one are gone: what is left builds on them and cannot be shown. */
  get cut(): boolean {
    return this.first > 1
  }

  add(rows: readonly HistoryRow[]): void {
    if (this.first === 0) this.first = rows[0]?.seq ?? 0
    for (const row of rows) {
      const moment: Moment = { seq: row.seq, author: row.author, at: row.at, edits: [] }
      this.current = moment
      this.last = row.seq
      if (this.moments.length % CHECKPOINT_MOMENTS === 0) this.keepCheckpoint()
      Y.applyUpdate(this.doc, row.update)
      this.watchNewFiles()
      if (moment.edits.length > 0 || moment.files) this.moments.push(moment)
      this.current = null
    }
  }

  /** Texts by file id after moment `index`; -1: before the first. Borrowed until the next call. */
  textsAt(index: number): ReadonlyMap<string, string> {
    const far = Math.abs(index - this.shownAt) > CHECKPOINT_MOMENTS
    if (far || this.shownAt < -1) {
      const checkpoint = Math.max(0, Math.floor(index / CHECKPOINT_MOMENTS))
      this.shown = new Map(this.checkpoints[checkpoint]?.texts)
      this.shownAt = checkpoint * CHECKPOINT_MOMENTS - 1
    }
    while (this.shownAt < index) {
      this.shownAt += 1
      for (const edit of this.moments[this.shownAt]?.edits ?? []) apply(this.shown, edit)
    }
    while (this.shownAt > index) {
      const edits = this.moments[this.shownAt]?.edits ?? []
      for (const edit of edits.toReversed()) takeBack(this.shown, edit)
      this.shownAt -= 1
    }
    return this.shown
  }

  /** Display names by file id after moment `index`. */
  filesAt(index: number): ReadonlyMap<string, string> {
    const first = Math.max(0, Math.floor(index / CHECKPOINT_MOMENTS))
    let files = this.checkpoints[first]?.files ?? new Map<string, string>()
    for (let i = first * CHECKPOINT_MOMENTS; i <= index; i++)
      files = this.moments[i]?.files ?? files
    return files
  }

  /** Index of the last moment that is not later than row `seq`; -1: none. */
  indexOfSeq(seq: number): number {
    return this.lastIndex((moment) => moment.seq <= seq)
  }

  /** The same by time. */
  indexOfTime(at: number): number {
    return this.lastIndex((moment) => moment.at <= at)
  }

  private lastIndex(holds: (moment: Moment) => boolean): number {
    let low = 0
    let high = this.moments.length
    while (low < high) {
      const middle = (low + high) >> 1
      const moment = this.moments[middle]
      if (moment && holds(moment)) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  private keepCheckpoint(): void {
    const at = this.moments.length / CHECKPOINT_MOMENTS
    this.checkpoints[at] ??= { texts: new Map(this.newest), files: this.files }
  }

  /** A file's root type shows itself only once the document holds something of it. */
  private watchNewFiles(): void {
    for (const name of this.doc.share.keys()) {
      if (!name.startsWith(FILE_PREFIX)) continue
      const file = name.slice(FILE_PREFIX.length)
      if (this.watched.has(file)) continue
      const text = this.doc.getText(name)
      this.watched.set(file, text)
      this.newest.set(file, '')
      this.record(file, [{ insert: text.toString() }], text)
      text.observe((event) => this.record(file, event.delta, text))
    }
  }

  private record(file: string, delta: readonly DeltaOp[], text: Y.Text): void {
    const edits = editsOf(file, delta, this.newest.get(file) ?? '')
    const torn = edits.some((edit) => tearsPair(this.newest.get(file) ?? '', edit))
    for (const edit of edits) this.take(edit)
    // Yjs puts U+FFFD for both halves of a torn surrogate pair, and no event says so.
    const mended = torn && textDifference(this.newest.get(file) ?? '', text.toString())
    if (mended) this.take({ file, ...mended })
  }

  private take(edit: TextEdit): void {
    apply(this.newest, edit)
    this.current?.edits.push(edit)
  }

  private readFiles(): void {
    const files = new Map<string, string>()
    for (const [id, value] of this.doc.getMap('files').entries()) {
      const name = value instanceof Y.Map ? value.get('name') : isRecord(value) ? value.name : id
      files.set(id, typeof name === 'string' ? name : id)
    }
    this.files = files
    if (this.current) this.current.files = files
  }
}
