import * as monaco from 'monaco-editor/editor'
import * as Y from 'yjs'
import { carriageReturns, deltaToEdits, type OffsetEdit, smallestEdit } from './delta'
import { keepingScroll, keepingSuggestions, toMonacoEdits } from './editor-edits'
import { packSelections } from './presence'
import { RemoteCursors } from './remote-cursors'
import type { Session } from './session'

type Editor = monaco.editor.IStandaloneCodeEditor
type Model = monaco.editor.ITextModel

const UNDO_GROUP_MS = 400
const CURSOR_INTERVAL_MS = 50
const COMPARE_AFTER_MS = 1_000

/**
 * Ties one Y.Text to one Monaco model.
 *
 * Invariants: after every event model and Y.Text have one length, and after a pause one content
 * (Yjs mends torn surrogate pairs without an event); both hold LF only; undo and redo touch only
 * what this window typed; awareness is sent only when one's own cursor moves.
 */
export class MonacoBinding {
  readonly undo: Y.UndoManager
  private readonly doc: Y.Doc
  private readonly cursors: RemoteCursors
  private readonly subscriptions: monaco.IDisposable[] = []
  private applying = false
  private cleaning = false
  private frame = 0
  private lastCursorAt = 0
  private destroyed = false
  private compareTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly session: Session,
    private readonly text: Y.Text,
    private readonly model: Model,
    private readonly editor: Editor,
    onLines: (lines: ReadonlyMap<number, number>) => void,
  ) {
    this.doc = session.doc
    model.setEOL(monaco.editor.EndOfLineSequence.LF)
    this.removeCarriageReturns()
    model.setValue(text.toString())
    this.undo = new Y.UndoManager(text, {
      trackedOrigins: new Set([this]),
      captureTimeout: UNDO_GROUP_MS,
    })
    this.takeOverUndo()
    text.observe(this.onTextEvent)
    this.cursors = new RemoteCursors(session, text, model, editor, onLines)
    this.subscriptions.push(
      model.onDidChangeContent((event) => this.onModelChange(event)),
      editor.onDidChangeCursorSelection((event) => {
        if (this.applying) return
        if (event.reason === monaco.editor.CursorChangeReason.Explicit) this.undo.stopCapturing()
        this.queueCursors()
      }),
      editor.onDidCompositionStart(() => session.hold()),
      // The composed text reaches the model right after this event.
      editor.onDidCompositionEnd(() => setTimeout(() => session.release(), 0)),
    )
    this.queueCursors()
  }

  destroy(): void {
    this.destroyed = true
    cancelAnimationFrame(this.frame)
    clearTimeout(this.compareTimer)
    this.session.release()
    this.text.unobserve(this.onTextEvent)
    for (const subscription of this.subscriptions) subscription.dispose()
    this.cursors.destroy()
    this.undo.destroy()
  }

  /** Monaco's own stack is wrong as soon as others type; its commands and menus ask the model. */
  private takeOverUndo(): void {
    Object.assign(this.model, {
      undo: () => void this.undo.undo(),
      redo: () => void this.undo.redo(),
      canUndo: () => this.undo.canUndo(),
      canRedo: () => this.undo.canRedo(),
    })
  }

  private onModelChange(event: monaco.editor.IModelContentChangedEvent): void {
    this.compareSoon()
    if (event.isEolChange) this.model.setEOL(monaco.editor.EndOfLineSequence.LF)
    if (this.applying || event.changes.length === 0) return
    const changes = [...event.changes].sort((a, b) => b.rangeOffset - a.rangeOffset)
    this.doc.transact(() => {
      for (const change of changes) {
        if (change.rangeLength > 0) this.text.delete(change.rangeOffset, change.rangeLength)
        if (change.text !== '') {
          this.text.insert(change.rangeOffset, change.text.replace(/\r\n?/g, '\n'))
        }
      }
    }, this)
    if (this.model.getValueLength() !== this.text.length) this.repair()
    this.cursors.render()
    this.queueCursors()
  }

  private readonly onTextEvent = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
    if (transaction.origin === this) return
    const edits = deltaToEdits(event.delta)
    const dirty = edits.some((edit) => edit.insert.includes('\r')) || this.cleaning
    if (dirty) this.cleanSoon()
    else {
      this.applyEdits(edits)
      if (this.model.getValueLength() !== this.text.length) this.repair()
    }
    if (transaction.origin === this.undo) this.showUndone(edits)
    this.cursors.render()
  }

  private applyEdits(edits: readonly OffsetEdit[]): void {
    keepingSuggestions(this.editor, () =>
      keepingScroll(this.editor, () => {
        this.applying = true
        try {
          this.model.applyEdits(toMonacoEdits(this.model, edits))
        } finally {
          this.applying = false
        }
      }),
    )
  }

  /** What undo or redo changed comes into view, with the cursor behind it. */
  private showUndone(edits: readonly OffsetEdit[]): void {
    const last = edits.at(-1)
    if (!last) return
    let moved = 0
    for (const edit of edits.slice(0, -1)) moved += edit.insert.length - edit.remove
    const position = this.model.getPositionAt(last.at + moved + last.insert.length)
    this.editor.setPosition(position)
    this.editor.revealPositionInCenterIfOutsideViewport(position)
    this.queueCursors()
  }

  /** Carriage returns from other editors would shift every offset: delete them, then catch up. */
  private cleanSoon(): void {
    if (this.cleaning) return
    this.cleaning = true
    queueMicrotask(() => {
      if (this.destroyed) return
      this.removeCarriageReturns()
      this.cleaning = false
      this.repair()
    })
  }

  private removeCarriageReturns(): void {
    const edits = carriageReturns(this.text.toString())
    if (edits.length === 0) return
    this.doc.transact(() => {
      for (const edit of edits) this.text.delete(edit.at, edit.remove)
    }, 'carriage-returns')
  }

  /** The Y.Text is the truth; the model follows by the smallest edit. */
  private repair(): void {
    const edit = smallestEdit(this.model.getValue(), this.text.toString())
    if (edit) this.applyEdits([edit])
    this.cursors.render()
  }

  private compareSoon(): void {
    clearTimeout(this.compareTimer)
    this.compareTimer = setTimeout(() => this.repair(), COMPARE_AFTER_MS)
  }

  private queueCursors(): void {
    if (this.frame !== 0) return
    this.frame = requestAnimationFrame((now) => {
      this.frame = 0
      if (now - this.lastCursorAt < CURSOR_INTERVAL_MS) this.queueCursors()
      else {
        this.lastCursorAt = now
        this.sendCursors()
      }
    })
  }

  private sendCursors(): void {
    const at = (lineNumber: number, column: number) =>
      this.model.getOffsetAt({ lineNumber, column })
    const selections = (this.editor.getSelections() ?? []).map((s) => ({
      anchor: at(s.selectionStartLineNumber, s.selectionStartColumn),
      head: at(s.positionLineNumber, s.positionColumn),
    }))
    const packed = packSelections(this.text, selections)
    this.session.awareness.setLocalStateField('selections', packed)
  }
}
