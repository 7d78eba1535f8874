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

/** The file a new room has; "the code of the room" is its text. */
export const MAIN_FILE = 'main'
const MAIN: FileEntry = { id: MAIN_FILE, name: 'main.py', language: 'python' }

/** For rooms whose server does not say how many files it lists. */
const FILES_MAX = 64

export interface FileEntry {
  id: string
  /** As shown: unique in the room. */
  name: string
  language: string
}

/** 64 random bits; randomUUID is missing on plain http. */
function randomId(): string {
  return [...crypto.getRandomValues(new Uint32Array(2))].map((n) => n.toString(36)).join('')
}

export function fileText(doc: Y.Doc, fileId: string): Y.Text {
  return doc.getText(`file:${fileId}`)
}

function readEntry(id: string, raw: unknown): FileEntry {
  const value: unknown = raw instanceof Y.Map ? raw.toJSON() : raw
  const name = isRecord(value) && typeof value.name === 'string' ? value.name : id
  const usable = fileNameProblem(name, []) === '' ? name : id.replace(/[^\w.-]/g, '_')
  return { id, name: usable, language: languageOf(usable) }
}

/**
 * The files of a document, sorted by name. Two people can give one name at the same moment: the
 * one with the higher id then shows with a number, the same in every window.
 */
export function readFiles(map: Y.Map<unknown>, max = FILES_MAX): FileEntry[] {
  const entries: FileEntry[] = []
  for (const [id, raw] of map.entries()) {
    if (id !== '' && id.length <= FILE_NAME_BYTES_MAX) entries.push(readEntry(id, raw))
  }
  if (entries.length === 0) return [MAIN]
  entries.sort((a, b) => (a.id === MAIN_FILE ? -1 : b.id === MAIN_FILE ? 1 : a.id < b.id ? -1 : 1))
  const names = new Set<string>()
  for (const entry of entries.slice(0, max)) {
    entry.name = freeName(entry.name, names)
    names.add(entry.name)
  }
  return entries.slice(0, max).sort((a, b) => a.name.localeCompare(b.name))
}

/** A file taken out of the list; its text stays in the document, so putting it back is whole. */
export interface RemovedFile {
  id: string
  name: string
}

type FilesEvents = { changed: FileEntry[]; removed: RemovedFile[] }

/** The list of files: root map `files`, id to {name, language}. Texts are roots of their own. */
export class RoomFiles extends Emitter<FilesEvents> {
  max = FILES_MAX
  private readonly map: Y.Map<unknown>

  constructor(private readonly doc: Y.Doc) {
    super()
    this.map = doc.getMap('files')
    this.map.observeDeep(this.onChange)
  }

  list(): FileEntry[] {
    return readFiles(this.map, this.max)
  }

  /** Throws with a sentence for people when the name or the number of files does not allow it. */
  create(name: string, text = ''): string {
    this.check(name, '')
    const files = this.list()
    if (files.length >= this.max) throw new Error(`A room may have ${this.max} files.`)
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

  /** The last file cannot go: throws. */
  remove(id: string): RemovedFile {
    const files = this.list()
    const entry = files.find((file) => file.id === id)
    if (!entry || files.length < 2) throw new Error('A room keeps at least one file.')
    const removed = { id, name: entry.name }
    this.doc.transact(() => this.map.delete(id), this)
    return removed
  }

  restore({ id, name }: RemovedFile): void {
    const taken = this.list().filter((file) => file.id !== id)
    if (taken.length >= this.max) throw new Error(`A room may have ${this.max} files.`)
    const names = taken.map((file) => file.name)
    this.doc.transact(() => this.write(id, freeName(name, names)), this)
  }

  destroy(): void {
    this.map.unobserveDeep(this.onChange)
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

  private readonly onChange = (events: Y.YEvent<Y.AbstractType<unknown>>[]): void => {
    const removed: RemovedFile[] = []
    for (const event of events) {
      if (event.target !== (this.map as Y.AbstractType<unknown>)) continue
      if (event.transaction.origin === this) continue
      for (const [id, change] of event.changes.keys) {
        if (change.action !== 'delete') continue
        removed.push({ id, name: readEntry(id, change.oldValue).name })
      }
    }
    if (removed.length > 0) this.emit('removed', removed)
    this.emit('changed', this.list())
  }
}
