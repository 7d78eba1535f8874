import type * as Y from 'yjs'

/** Something this person did to several files at once, that is taken back at once. */
export interface SharedStep {
  readonly undone: boolean
  undo(): void
  redo(): void
}

/**
 * Undo and redo of one file, in the order in which this person did things: what was typed there, by
 * Yjs, and between it the steps that went over several files.
 */
export class UndoOrder {
  /** With how much had been typed here before each. */
  private steps: { step: SharedStep; depth: number }[] = []

  constructor(private readonly typed: Y.UndoManager) {
    typed.on('stack-item-added', ({ type, origin }) => {
      // Something new was done: what was taken back before cannot be done again.
      if (type === 'undo' && origin !== typed)
        this.steps = this.steps.filter(({ step }) => !step.undone)
    })
  }

  add(step: SharedStep): void {
    this.typed.stopCapturing()
    this.typed.redoStack.length = 0
    this.steps = this.steps.filter((each) => !each.step.undone)
    this.steps.push({ step, depth: this.typed.undoStack.length })
  }

  undo(): void {
    const last = this.steps.findLast(({ step }) => !step.undone)
    if (last && this.typed.undoStack.length <= last.depth) last.step.undo()
    else this.typed.undo()
  }

  redo(): void {
    const next = this.steps.find(({ step }) => step.undone)
    if (next && this.typed.undoStack.length === next.depth) next.step.redo()
    else this.typed.redo()
  }

  canUndo(): boolean {
    return this.typed.canUndo() || this.steps.some(({ step }) => !step.undone)
  }

  canRedo(): boolean {
    return this.typed.canRedo() || this.steps.some(({ step }) => step.undone)
  }
}
