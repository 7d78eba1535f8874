import * as Y from 'yjs'
import { Emitter } from '../shared/lib/emitter'
import {
  FILE_NAME_BYTES_MAX,
  fileNameProblem,
  freeName,
  languageOf,
} from '../shared/lib/file-names'
import { isRecord } from '../shared/lib/guard'
import { normalText } from '../shared/lib/normal-text'
import { DELETED_MAX, readDeletion, rememberDeletion, textPrint } from './deleted-files'

/** The file a new room has; "the code of the room" is its text. */
export const MAIN_FILE = 'main'
const MAIN: FileEntry = { id: MAIN_FILE, name: 'main.py', language: 'python' }
const TEXT_PREFIX = 'file:'

/** For rooms whose server does not say how many files it lists. */
const FILES_MAX = 64

export interface FileEntry {
  id: string
  /** As shown: unique in the room. */
  name: string
  language: string
}

/** Not in the list any more. Its text stays in the document, so bringing it back is whole. */
export interface DeletedFile extends FileEntry {
  /** Who deleted it and when, in ms since 1970; '' and 0: not known. */
  by: string
  at: number
}

/** A deleted file that is in the list again. */
export interface ReturnedFile extends FileEntry {
  /** Why, when this window did it: somebody asked for it, or it was written into. */
  why: 'asked' | 'edit' | 'elsewhere'
  /** The client that brought it back. */
  clientId: number
  /** What it was called when it was deleted; now its name may be another's. */
  before: string
  /** It was this window that deleted it. */
  removedHere: boolean
}

/** 64 random bits; randomUUID is missing on plain http. */
function randomId(): string {
  return [...crypto.getRandomValues(new Uint32Array(2))].map((n) => n.toString(36)).join('')
}

export function fileText(doc: Y.Doc, fileId: string): Y.Text {
  return doc.getText(TEXT_PREFIX + fileId)
}

function readEntry(id: string, raw: unknown): FileEntry {
  const value: unknown = raw instanceof Y.Map ? raw.toJSON() : raw
  const name = isRecord(value) && typeof value.name === 'string' ? value.name : id
  const usable = fileNameProblem(name, []) === '' ? name : id.replace(/[^\w.-]/g, '_')
  return { id, name: usable, language: languageOf(usable) }
}

const usableId = (id: string): boolean => id !== '' && id.length <= FILE_NAME_BYTES_MAX

/**
 * The files of a document, sorted by name. Two people can give one name at the same moment: the
 * one with the higher id then shows with a number, the same in every window.
 */
export function readFiles(map: Y.Map<unknown>, max = FILES_MAX): FileEntry[] {
  const entries: FileEntry[] = []
  for (const [id, raw] of map.entries()) if (usableId(id)) entries.push(readEntry(id, raw))
  if (entries.length === 0) return [MAIN]
  entries.sort((a, b) => (a.id === MAIN_FILE ? -1 : b.id === MAIN_FILE ? 1 : a.id < b.id ? -1 : 1))
  const names = new Set<string>()
  for (const entry of entries.slice(0, max)) {
    entry.name = freeName(entry.name, names)
    names.add(entry.name)
  }
  return entries.slice(0, max).sort((a, b) => a.name.localeCompare(b.name))
}

type FilesEvents = {
  changed: FileEntry[]
  /** Deleted by somebody else. */
  removed: DeletedFile[]
  returned: ReturnedFile[]
}

/**
 * The list of files: root map `files`, id to {name, language}. Texts are roots of their own. What
 * was deleted is remembered in the root map `deleted`, which says nothing of a file that is listed.
 */
export class RoomFiles extends Emitter<FilesEvents> {
  max = FILES_MAX
  private readonly map: Y.Map<unknown>
  private readonly gone: Y.Map<unknown>
  /** Names of files that other applications deleted while this window was here. */
  private readonly lastNames = new Map<string, string>()
  private deletedNow: readonly DeletedFile[] = []
  private readonly removedHere = new Set<string>()
  /** Origin of bringing back what was written into. */
  private readonly forEdit = { why: 'edit' }

  constructor(private readonly doc: Y.Doc) {
    super()
    this.map = doc.getMap('files')
    this.gone = doc.getMap('deleted')
    this.map.observeDeep(this.onChange)
    this.gone.observe(this.onDeletions)
  }

  list(): FileEntry[] {
    return readFiles(this.map, this.max)
  }

  /** Those that other applications made beyond the limit too. */
  all(): FileEntry[] {
    return readFiles(this.map, Number.POSITIVE_INFINITY)
  }

  /** How many there are that the list leaves out. */
  unlisted(): number {
    let files = 0
    for (const id of this.map.keys()) if (usableId(id)) files += 1
    return Math.max(0, files - this.max)
  }

  /** The last deleted first. The same array until one goes or comes. */
  deleted(): readonly DeletedFile[] {
    return this.deletedNow
  }

  /** Listed or deleted. */
  find(id: string): FileEntry | undefined {
    return this.list().find((file) => file.id === id) ?? this.findDeleted(id)
  }

  findDeleted(id: string): DeletedFile | undefined {
    return this.deletedNow.find((file) => file.id === id)
  }

  /** Throws with a sentence for people when the name or the number of files does not allow it. */
  create(name: string, text = ''): string {
    this.check(name, '')
    this.checkRoom(this.list().length)
    const id = randomId()
    this.doc.transact(() => {
      // A room made elsewhere may have no list yet: its one text must not vanish behind the new.
      if (this.map.size === 0) this.write(MAIN_FILE, MAIN.name)
      this.write(id, name)
      if (text !== '') fileText(this.doc, id).insert(0, normalText(text))
    }, this)
    return id
  }

  rename(id: string, name: string): void {
    this.check(name, id)
    this.doc.transact(() => this.write(id, name), this)
  }

  /** The last file cannot go: throws. `by` is the name of who deletes, `at` the time in ms. */
  remove(id: string, by = '', at = 0): FileEntry {
    const files = this.list()
    const entry = files.find((file) => file.id === id)
    if (!entry || files.length < 2) throw new Error('A room keeps at least one file.')
    const seen = textPrint(fileText(this.doc, id).toString())
    this.removedHere.add(id)
    this.doc.transact(() => {
      this.map.delete(id)
      rememberDeletion(this.gone, id, { name: entry.name, at, by, seen })
    }, this)
    return entry
  }

  /**
   * Puts a deleted file into the list again, under its name or one that is free; gives the name.
   * Throws when the room has no place. A file that is listed stays as it is.
   */
  bringBack(id: string, why: 'asked' | 'edit' = 'asked'): string {
    const listed = this.list()
    const present = listed.find((file) => file.id === id)
    if (present) return present.name
    this.checkRoom(listed.length)
    const entry = this.findDeleted(id)
    if (!entry) throw new Error('That file is not known in this room.')
    const name = freeName(
      entry.name,
      listed.map((file) => file.name),
    )
    this.doc.transact(
      () => {
        if (this.map.size === 0 && fileText(this.doc, MAIN_FILE).length > 0) {
          this.write(MAIN_FILE, MAIN.name)
        }
        this.write(id, name)
        this.gone.delete(id)
      },
      why === 'edit' ? this.forEdit : this,
    )
    return name
  }

  /** Has a deleted file's text changed since, by somebody who did not know of the deletion? */
  changedBehindDeletion(id: string): boolean {
    if (!this.findDeleted(id)) return false
    const seen = readDeletion(this.gone.get(id))?.seen ?? ''
    return seen !== '' && seen !== textPrint(fileText(this.doc, id).toString())
  }

  destroy(): void {
    this.map.unobserveDeep(this.onChange)
    this.gone.unobserve(this.onDeletions)
    this.clearListeners()
  }

  private write(id: string, name: string): void {
    this.map.set(id, { name, language: languageOf(name) })
  }

  private check(name: string, ownId: string): void {
    const others = this.list().filter((file) => file.id !== ownId)
    const problem = fileNameProblem(
      name,
      others.map((file) => file.name),
    )
    if (problem) throw new Error(problem)
  }

  private checkRoom(count: number): void {
    if (count >= this.max) throw new Error(`A room may have ${this.max} files.`)
  }

  /** Texts that no entry of the list names; other applications delete without a word. */
  private readDeleted(): DeletedFile[] {
    const listed = new Set([...this.map.keys(), ...this.list().map((file) => file.id)])
    const ids = new Set(this.gone.keys())
    for (const root of this.doc.share.keys()) {
      const id = root.startsWith(TEXT_PREFIX) ? root.slice(TEXT_PREFIX.length) : ''
      if (!listed.has(id) && usableId(id) && fileText(this.doc, id).length > 0) ids.add(id)
    }
    const files = [...ids].filter((id) => usableId(id) && !listed.has(id)).map(this.readGone)
    files.sort((a, b) => b.at - a.at || a.name.localeCompare(b.name))
    return files.slice(0, DELETED_MAX)
  }

  private readonly readGone = (id: string): DeletedFile => {
    const deletion = readDeletion(this.gone.get(id))
    const known = this.lastNames.get(id) ?? (id === MAIN_FILE ? MAIN.name : id)
    const name = deletion?.name || known
    return { ...readEntry(id, { name }), by: deletion?.by ?? '', at: deletion?.at ?? 0 }
  }

  private readonly onDeletions = (_: unknown, { changed }: Y.Transaction): void => {
    const touched: ReadonlyMap<unknown, unknown> = changed
    if (touched.has(this.map)) return // onChange tells it
    this.deletedNow = this.readDeleted()
    this.emit('changed', this.list())
  }

  private readonly onChange = (
    events: Y.YEvent<Y.AbstractType<unknown>>[],
    { local, origin }: Y.Transaction,
  ): void => {
    const before = this.deletedNow
    const removed: string[] = []
    const added: string[] = []
    for (const event of events) {
      if (event.target !== (this.map as Y.AbstractType<unknown>)) continue
      for (const [id, change] of event.changes.keys) {
        if (change.action === 'add') added.push(id)
        if (change.action !== 'delete') continue
        this.lastNames.set(id, readEntry(id, change.oldValue).name)
        removed.push(id)
      }
    }
    this.deletedNow = this.readDeleted()
    if (origin !== this && removed.length > 0) this.emit('removed', removed.map(this.readGone))
    const listed = this.list()
    const returned = listed.filter(
      ({ id }) => added.includes(id) && before.some((file) => file.id === id),
    )
    if (returned.length > 0) {
      const here: 'edit' | 'asked' = origin === this.forEdit ? 'edit' : 'asked'
      const told = returned.map((file) => ({
        ...file,
        why: local ? here : ('elsewhere' as const),
        clientId: this.map._map.get(file.id)?.id.client ?? 0,
        before: before.find(({ id }) => id === file.id)?.name ?? file.name,
        removedHere: this.removedHere.has(file.id),
      }))
      this.emit('returned', told)
    }
    this.emit('changed', listed)
  }
}
