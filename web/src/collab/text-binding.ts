import * as monaco from 'monaco-editor/editor'
import * as Y from 'yjs'
import { normalText } from '../shared/lib/normal-text'
import { deltaToEdits, type OffsetEdit, smallestEdit } from './delta'
import { toMonacoEdits } from './editor-edits'
import { HeldLines } from './held-lines'
import { UndoOrder } from './undo-order'
import { cleaningOf, isUnshown, toDocument, toVisible, visibleText } from './visible-text'

type Model = monaco.editor.ITextModel

const UNDO_GROUP_MS = 400
const COMPARE_AFTER_MS = 1_000
/** Until then a window that has just come knows who else is here. */
const CLEAN_AFTER_MS = 500

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
 * Invariants: after every event the model holds what is visible of Y.Text (visible-text.ts), and
 * after a pause one content (Yjs mends torn surrogate pairs without an event); undo and redo touch
 * only what this window typed. While an input method composes, the lines it is in are exempt: they
 * wait (held-lines.ts).
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
  /** What of the document is not shown. */
  private hidden: readonly number[] = []
  private clean = true
  private held: HeldLines | null = null
  private compareTimer: ReturnType<typeof setTimeout> | undefined
  private cleanTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly text: Y.Text,
    readonly model: Model,
    /** How long this window leaves it to others to clean the text; null: it may not write. */
    private readonly cleanAfterMs: () => number | null,
  ) {
    if (!text.doc) throw new Error('A text outside a document cannot be bound.')
    this.doc = text.doc
    model.setEOL(monaco.editor.EndOfLineSequence.LF)
    model.setValue(this.look())
    this.undo = new Y.UndoManager(text, {
      trackedOrigins: new Set([this]),
      captureTimeout: UNDO_GROUP_MS,
    })
    this.order = new UndoOrder(this.undo)
    this.takeOverUndo()
    text.observe(this.onTextEvent)
    this.subscription = model.onDidChangeContent((event) => this.onModelChange(event))
    this.compareLengths()
    this.cleanLater()
  }

  attach(view: BoundView | null): void {
    this.view = view
  }

  /** An input method composes in these lines: what others write in them waits for `letGo`. */
  hold(first: number, last: number): void {
    if (this.held) return
    const { model } = this
    const lines = model.getLineCount()
    const start = model.getOffsetAt({ lineNumber: first, column: 1 })
    const end = model.getOffsetAt({ lineNumber: last, column: model.getLineMaxColumn(last) })
    const [isFirst, isLast] = [first === 1, last === lines]
    const [from, to] = [isFirst ? start : start - 1, isLast ? end : end + 1]
    this.held = new HeldLines(from, to, isFirst, isLast)
  }

  letGo(): void {
    const { held } = this
    if (!held) return
    this.held = null
    const edits = held.rest(visibleText(this.text).text)
    if (edits.length > 0) this.applyEdits(edits)
    this.compareLengths()
  }

  /** From an offset of the model to the one of the document, and back. */
  toDoc(offset: number): number {
    return toDocument(this.hidden, this.held ? this.held.toDoc(offset) : offset)
  }

  toModel(offset: number): number {
    const visible = toVisible(this.hidden, offset)
    return this.held ? this.held.toModel(visible) : visible
  }

  destroy(): void {
    this.view = null
    clearTimeout(this.compareTimer)
    clearTimeout(this.cleanTimer)
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
      for (const { rangeOffset, rangeLength, text } of changes) {
        const edits = this.held?.own(rangeOffset, rangeLength, text) ?? [
          { at: rangeOffset, remove: rangeLength, insert: text },
        ]
        for (const edit of edits) this.write(edit)
      }
    }, this)
    if (!this.clean) this.look()
    if (changes.some(({ text }) => isUnshown(text))) this.repair()
    else this.compareLengths()
    this.view?.typed()
  }

  /** An edit in what is visible of the document. */
  private write({ at, remove, insert }: OffsetEdit): void {
    const from = toDocument(this.hidden, at)
    const to = toDocument(this.hidden, at + remove)
    if (to > from) this.text.delete(from, to - from)
    const plain = normalText(insert)
    if (plain !== '') this.text.insert(from, plain)
  }

  private readonly onTextEvent = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
    if (transaction.origin === this) return
    if (!this.clean || event.delta.some((op) => isUnshown(op.insert))) {
      this.repair()
      this.cleanLater()
      return
    }
    const edits = deltaToEdits(event.delta)
    this.applyEdits(this.held ? this.held.remote(edits) : edits)
    this.compareLengths()
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
    const end = this.toModel(last.at + moved + last.insert.length)
    this.view?.undone(this.model.getPositionAt(end))
  }

  /**
   * What no editor shows leaves the document too, so that whoever runs the file meets no surprise.
   * One window does it; the others have time and would remove the same letters.
   */
  private cleanLater(): void {
    clearTimeout(this.cleanTimer)
    if (this.clean) return
    this.cleanTimer = setTimeout(() => {
      const wait = this.cleanAfterMs()
      if (wait !== null) this.cleanTimer = setTimeout(() => this.cleanNow(), wait)
    }, CLEAN_AFTER_MS)
  }

  private cleanNow(): void {
    this.doc.transact(() => {
      for (const { at, remove, insert } of cleaningOf(this.text)) {
        this.text.delete(at, remove)
        if (insert !== '') this.text.insert(at, insert)
      }
    }, 'cleaning')
  }

  /** What is visible of the document; remembers what is not. */
  private look(): string {
    const { text, hidden, clean } = visibleText(this.text)
    this.hidden = hidden
    this.clean = clean
    return text
  }

  private compareLengths(): void {
    if (this.held) return
    if (this.model.getValueLength() !== this.text.length - this.hidden.length) this.repair()
  }

  /** The document is the truth; the model follows by the smallest edit. */
  private repair(): void {
    this.held = null
    const edit = smallestEdit(this.model.getValue(), this.look())
    if (edit) this.applyEdits([edit])
  }

  private compareSoon(): void {
    clearTimeout(this.compareTimer)
    this.compareTimer = setTimeout(() => {
      if (this.held) this.compareSoon()
      else this.repair()
    }, COMPARE_AFTER_MS)
  }
}
