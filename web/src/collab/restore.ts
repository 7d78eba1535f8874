import * as Y from 'yjs'
import { languageOf } from '../shared/lib/file-names'
import { fileText } from './files'
import { type LineChange, lineChanges, lineEdits } from './line-difference'
import type { Timeline } from './timeline'

/** A file that restoring a moment would change. */
export interface RestoreFile {
  id: string
  /** As it was called at the moment. */
  name: string
  /** It is not in the list any more, and would come back. */
  gone: boolean
  /** From the text as it is to the text of the moment. */
  changes: LineChange[]
}

/** What restoring moment `index` would change, file by file. Files that came since stay. */
export function restorePreview(doc: Y.Doc, timeline: Timeline, index: number): RestoreFile[] {
  const names = timeline.filesAt(index)
  const files = doc.getMap('files')
  const found: RestoreFile[] = []
  for (const [id, wanted] of timeline.textsAt(index)) {
    const gone = names.has(id) && files.size > 0 && !files.has(id)
    // What the list had not then either is no file.
    if (!gone && files.size > 0 && !files.has(id)) continue
    const now = fileText(doc, id).toString()
    if (!gone && now === wanted) continue
    found.push({ id, name: names.get(id) ?? id, gone, changes: lineChanges(now, wanted) })
  }
  return found
}

/**
 * Texts of a moment, written into the live document as one new edit: nothing of the history is lost,
 * lines that are as they were stay whose they are, and what others write meanwhile stays theirs.
 * It can be taken back, whole, as long as this object lives; others' writing is left alone then too.
 */
export class RestoreStep {
  /** What was changed. */
  readonly files: readonly RestoreFile[]
  private readonly manager: Y.UndoManager

  /** `only`: the id of the one file that is wanted. */
  constructor(doc: Y.Doc, timeline: Timeline, index: number, only?: string) {
    const wanted = timeline.textsAt(index)
    this.files = restorePreview(doc, timeline, index).filter(
      ({ id }) => only === undefined || id === only,
    )
    const [list, deleted] = [doc.getMap('files'), doc.getMap('deleted')]
    const texts = this.files.map(({ id }) => fileText(doc, id))
    this.manager = new Y.UndoManager([list, deleted, ...texts], {
      trackedOrigins: new Set([this]),
      captureTimeout: 0,
    })
    doc.transact(() => {
      for (const { id, name, gone } of this.files) {
        if (gone) {
          list.set(id, { name, language: languageOf(name) })
          deleted.delete(id)
        }
        this.write(fileText(doc, id), wanted.get(id) ?? '')
      }
    }, this)
  }

  touches(file: string): boolean {
    return this.files.some(({ id }) => id === file)
  }

  get undone(): boolean {
    return !this.manager.canUndo()
  }

  undo(): void {
    this.manager.undo()
  }

  redo(): void {
    this.manager.redo()
  }

  /** It can be taken back no more. */
  forget(): void {
    this.manager.destroy()
  }

  private write(text: Y.Text, wanted: string): void {
    for (const { at, removed, inserted } of lineEdits(text.toString(), wanted)) {
      if (removed !== '') text.delete(at, removed.length)
      if (inserted !== '') text.insert(at, inserted)
    }
  }
}
