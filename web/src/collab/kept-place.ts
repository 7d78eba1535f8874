import * as monaco from 'monaco-editor/editor'
import type * as Y from 'yjs'
import { selectedOffsets, toSelection } from './editor-edits'
import type { PresenceSelection } from './presence'
import type { TextBinding } from './text-binding'
import { offsetIn, placeAt, placesOf, selectionIn } from './text-places'

type Editor = monaco.editor.IStandaloneCodeEditor

/** Where a reader was in a text. It holds while others write there, shown or not. */
export interface KeptPlace {
  viewState: monaco.editor.ICodeEditorViewState
  selections: PresenceSelection[]
  /** The first line in view, and how far it is scrolled out. */
  top: Y.RelativePosition
  below: number
}

export function keepPlace(editor: Editor, binding: TextBinding): KeptPlace | null {
  const { text } = binding
  const model = editor.getModel()
  const viewState = editor.saveViewState()
  if (!model || !viewState) return null
  const line = editor.getVisibleRanges()[0]?.startLineNumber ?? 1
  return {
    viewState,
    selections: selectedOffsets(editor).map(({ anchor, head }) =>
      placesOf(text, { anchor: binding.toDoc(anchor), head: binding.toDoc(head) }),
    ),
    top: placeAt(text, binding.toDoc(model.getOffsetAt({ lineNumber: line, column: 1 })), 'start'),
    below: editor.getScrollTop() - editor.getTopForLineNumber(line),
  }
}

export function goToPlace(editor: Editor, binding: TextBinding, place: KeptPlace): void {
  const { text } = binding
  const model = editor.getModel()
  if (!model) return
  // Folds and the like; its lines are those of then.
  editor.restoreViewState(place.viewState)
  const selections = place.selections.flatMap((each) => selectionIn(text, each) ?? [])
  if (selections.length > 0) {
    const own = selections.map(({ anchor, head }) =>
      toSelection(model, { anchor: binding.toModel(anchor), head: binding.toModel(head) }),
    )
    editor.setSelections(own)
  }
  const top = offsetIn(text, place.top)
  if (top === null) return
  const line = model.getPositionAt(binding.toModel(top)).lineNumber
  const { Immediate } = monaco.editor.ScrollType
  editor.setScrollTop(editor.getTopForLineNumber(line) + place.below, Immediate)
}
