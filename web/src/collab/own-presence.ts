import type * as monaco from 'monaco-editor/editor'
import { selectedOffsets } from './editor-edits'
import type { TextBinding } from './text-binding'
import { packPlace, packSelections } from './text-places'

type Editor = monaco.editor.IStandaloneCodeEditor

const INTERVAL_MS = 50

/**
 * Tells the others where this person is: carets, selections, the first line in view. Sent once a
 * frame and 20 times a second at most, and only when it changed.
 */
export class OwnPresence {
  private frame = 0
  private lastAt = 0
  private last = ''

  constructor(
    private readonly editor: Editor,
    private readonly binding: TextBinding,
    /** Whoever has not clicked or typed yet reads, and stands nowhere. */
    private readonly hasCaret: () => boolean,
    private readonly present: (fields: Record<string, unknown>) => void,
  ) {}

  queue(): void {
    if (this.frame !== 0) return
    this.frame = requestAnimationFrame((now) => {
      this.frame = 0
      if (now - this.lastAt < INTERVAL_MS) this.queue()
      else {
        this.lastAt = now
        this.send()
      }
    })
  }

  destroy(): void {
    cancelAnimationFrame(this.frame)
  }

  private send(): void {
    const model = this.editor.getModel()
    if (!model) return
    const { text } = this.binding
    const placed = this.hasCaret()
    const selections = selectedOffsets(this.editor).map(({ anchor, head }) => ({
      anchor: this.binding.toDoc(anchor),
      head: this.binding.toDoc(head),
    }))
    const seen = this.editor.getVisibleRanges()
    const firstLine = seen[0]?.startLineNumber ?? 1
    const top = this.binding.toDoc(model.getOffsetAt({ lineNumber: firstLine, column: 1 }))
    const fields = {
      selections: placed ? packSelections(text, selections) : [],
      line: placed ? (this.editor.getPosition()?.lineNumber ?? 1) : null,
      top: packPlace(text, top, 'start'),
      rows: (seen.at(-1)?.endLineNumber ?? firstLine) - firstLine,
    }
    const key = JSON.stringify(fields)
    if (key === this.last) return
    this.last = key
    this.present(fields)
  }
}
