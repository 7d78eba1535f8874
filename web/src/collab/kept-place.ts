import * as monaco from 'monaco-editor/editor'
import type * as Y from 'yjs'
import { selectedOffsets, toSelection } from './editor-edits'
import type { PresenceSelection } from './presence'
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

export function keepPlace(editor: Editor, text: Y.Text): KeptPlace | null {
  const model = editor.getModel()
  const viewState = editor.saveViewState()
  if (!model || !viewState) return null
  const line = editor.getVisibleRanges()[0]?.startLineNumber ?? 1
  return {
    viewState,
    selections: selectedOffsets(editor).map((selection) => placesOf(text, selection)),
    top: placeAt(text, model.getOffsetAt({ lineNumber: line, column: 1 }), 'start'),
    below: editor.getScrollTop() - editor.getTopForLineNumber(line),
  }
}

export function goToPlace(editor: Editor, text: Y.Text, place: KeptPlace): void {
  const model = editor.getModel()
  if (!model) return
  // Folds and the like; its lines are those of then.
  editor.restoreViewState(place.viewState)
  const selections = place.selections.flatMap((each) => selectionIn(text, each) ?? [])
  if (selections.length > 0) {
    editor.setSelections(selections.map((selection) => toSelection(model, selection)))
  }
  const top = offsetIn(text, place.top)
  if (top === null) return
  const line = model.getPositionAt(top).lineNumber
  const { Immediate } = monaco.editor.ScrollType
  editor.setScrollTop(editor.getTopForLineNumber(line) + place.below, Immediate)
}
