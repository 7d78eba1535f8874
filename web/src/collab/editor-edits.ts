import * as monaco from 'monaco-editor/editor'
import type { OffsetEdit } from './delta'

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
