import type * as Y from 'yjs'
import { languageOf } from '../shared/lib/file-names'
import { textDifference } from './text-difference'
import type { Timeline } from './timeline'

/**
 * Writes the texts of moment `index` into the live document, as one new edit: nothing of the
 * history is lost, and what others write meanwhile stays theirs. Files that have gone since come
 * back; files that came since stay. Returns how many files changed.
 */
export function restoreMoment(doc: Y.Doc, timeline: Timeline, index: number): number {
  const texts = timeline.textsAt(index)
  const names = timeline.filesAt(index)
  const files = doc.getMap('files')
  let changed = 0
  doc.transact(() => {
    for (const [id, wanted] of texts) {
      const gone = names.has(id) && files.size > 0 && !files.has(id)
      const name = names.get(id) ?? id
      if (gone) files.set(id, { name, language: languageOf(name) })
      const text = doc.getText(`file:${id}`)
      const difference = textDifference(text.toString(), wanted)
      if (difference) {
        text.delete(difference.at, difference.removed.length)
        text.insert(difference.at, difference.inserted)
      }
      if (gone || difference) changed += 1
    }
  }, restoreMoment)
  return changed
}
