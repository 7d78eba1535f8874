import * as monaco from 'monaco-editor/editor'
import * as Y from 'yjs'
import { carriageReturns, deltaToEdits, type OffsetEdit, smallestEdit } from './delta'
import { toMonacoEdits } from './editor-edits'
import { UndoOrder } from './undo-order'

type Model = monaco.editor.ITextModel

const UNDO_GROUP_MS = 400
const COMPARE_AFTER_MS = 1_000

/** The editor that shows the model at the moment, if any does. */
export interface BoundView {
  /** Runs edits from elsewhere; keeps carets, scroll and suggestions as the reader has them. */
  around(edits: readonly OffsetEdit[], apply: () => void): void
  /** Undo or redo changed the text, and the change ends here. */
  undone(position: monaco.IPosition): void
  /** This person changed the text. */
  typed(): void
}

/**
 * Ties one Y.Text to one Monaco model, for as long as the file is open in this window, shown or not.
 *
 * Invariants: after every event model and Y.Text have one length, and after a pause one content
 * (Yjs mends torn surrogate pairs without an event); both hold LF only; undo and redo touch only
 * what this window typed.
 */
export class TextBinding {
  readonly undo: Y.UndoManager
  /** What undo and redo of this file do, with the steps that went over several files. */
  readonly order: UndoOrder
  /** An edit from elsewhere is being put into the model. */
  applying = false
  private readonly doc: Y.Doc
  private readonly subscription: monaco.IDisposable
  private view: BoundView | null = null
  private cleaning = false
  private destroyed = false
  private compareTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly text: Y.Text,
    readonly model: Model,
  ) {
    if (!text.doc) throw new Error('A text outside a document cannot be bound.')
    this.doc = text.doc
    model.setEOL(monaco.editor.EndOfLineSequence.LF)
    this.removeCarriageReturns()
    model.setValue(text.toString())
    this.undo = new Y.UndoManager(text, {
      trackedOrigins: new Set([this]),
      captureTimeout: UNDO_GROUP_MS,
    })
    this.order = new UndoOrder(this.undo)
    this.takeOverUndo()
    text.observe(this.onTextEvent)
    this.subscription = model.onDidChangeContent((event) => this.onModelChange(event))
  }

  attach(view: BoundView | null): void {
    this.view = view
  }

  destroy(): void {
    this.destroyed = true
    this.view = null
    clearTimeout(this.compareTimer)
    this.text.unobserve(this.onTextEvent)
    this.subscription.dispose()
    this.undo.destroy()
  }

  /** Monaco's own stack is wrong as soon as others type; its commands and menus ask the model. */
  private takeOverUndo(): void {
    Object.assign(this.model, {
      undo: () => this.order.undo(),
      redo: () => this.order.redo(),
      canUndo: () => this.order.canUndo(),
      canRedo: () => this.order.canRedo(),
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
    this.view?.typed()
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
  }

  private applyEdits(edits: readonly OffsetEdit[]): void {
    const apply = () => {
      this.applying = true
      try {
        this.model.applyEdits(toMonacoEdits(this.model, edits))
      } finally {
        this.applying = false
      }
    }
    if (this.view) this.view.around(edits, apply)
    else apply()
  }

  private showUndone(edits: readonly OffsetEdit[]): void {
    const last = edits.at(-1)
    if (!last) return
    let moved = 0
    for (const edit of edits.slice(0, -1)) moved += edit.insert.length - edit.remove
    this.view?.undone(this.model.getPositionAt(last.at + moved + last.insert.length))
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
  }

  private compareSoon(): void {
    clearTimeout(this.compareTimer)
    this.compareTimer = setTimeout(() => this.repair(), COMPARE_AFTER_MS)
  }
}
