import * as monaco from 'monaco-editor/editor'
import { movedOffset, type OffsetEdit, type OffsetSelection } from './delta'

type Editor = monaco.editor.IStandaloneCodeEditor
type Model = monaco.editor.ITextModel

export function toMonacoEdits(
  model: Model,
  edits: readonly OffsetEdit[],
): monaco.editor.IIdentifiedSingleEditOperation[] {
  return edits.map(({ at, remove, insert }) => ({
    range: monaco.Range.fromPositions(model.getPositionAt(at), model.getPositionAt(at + remove)),
    text: insert,
    forceMoveMarkers: false,
  }))
}

/** Carets and selections as offsets, the first one first. */
export function selectedOffsets(editor: Editor): OffsetSelection[] {
  const model = editor.getModel()
  if (!model) return []
  return (editor.getSelections() ?? []).map((selection) => ({
    anchor: model.getOffsetAt(selection.getSelectionStart()),
    head: model.getOffsetAt(selection.getPosition()),
  }))
}

export function toSelection(model: Model, { anchor, head }: OffsetSelection): monaco.Selection {
  return monaco.Selection.fromPositions(model.getPositionAt(anchor), model.getPositionAt(head))
}

/**
 * Runs an edit from elsewhere while carets and selections stay this person's own: Monaco would
 * carry a caret along with what is inserted at it, and grow a selection over what is inserted at
 * its edges. Everywhere else its own tracking is right, and setting selections would end the
 * suggestions. True when carets were touched.
 */
export function keepingCarets(
  editor: Editor,
  edits: readonly OffsetEdit[],
  apply: () => void,
): boolean {
  const before = selectedOffsets(editor)
  apply()
  const model = editor.getModel()
  if (!model || !before.some((selection) => isTouched(selection, edits))) return false
  const after = before.map((selection) => toSelection(model, movedSelection(selection, edits)))
  editor.setSelections(after, 'collab')
  return true
}

function isTouched({ anchor, head }: OffsetSelection, edits: readonly OffsetEdit[]): boolean {
  const holds = (edit: OffsetEdit, offset: number) =>
    edit.at <= offset && offset <= edit.at + edit.remove
  return edits.some((edit) => edit.insert !== '' && (holds(edit, anchor) || holds(edit, head)))
}

function movedSelection(
  { anchor, head }: OffsetSelection,
  edits: readonly OffsetEdit[],
): OffsetSelection {
  if (anchor === head) {
    const caret = movedOffset(head, edits, 'caret')
    return { anchor: caret, head: caret }
  }
  const start = movedOffset(Math.min(anchor, head), edits, 'start')
  const end = Math.max(start, movedOffset(Math.max(anchor, head), edits, 'end'))
  return anchor < head ? { anchor: start, head: end } : { anchor: end, head: start }
}

/** Runs an edit from elsewhere while the lines the reader looks at stay where they are. */
export function keepingScroll(editor: Editor, apply: () => void): void {
  const model = editor.getModel()
  const first = editor.getVisibleRanges()[0]?.startLineNumber ?? 1
  if (!model || first <= 1) {
    apply()
    return
  }
  const offset = editor.getScrollTop() - editor.getTopForLineNumber(first)
  const anchor = model.deltaDecorations(
    [],
    [{ range: new monaco.Range(first, 1, first, 1), options: { stickiness: 1 } }],
  )
  apply()
  const id = anchor[0]
  const now = id === undefined ? first : (model.getDecorationRange(id)?.startLineNumber ?? first)
  model.deltaDecorations(anchor, [])
  if (now !== first) {
    const top = editor.getTopForLineNumber(now) + offset
    editor.setScrollTop(top, monaco.editor.ScrollType.Immediate)
  }
}
