import * as monaco from 'monaco-editor/editor'
import { COLOR_COUNT } from '../shared/lib/person'
import { personClass } from '../shared/lib/person-class'
import type { OffsetSelection } from './delta'
import type { Whereabouts } from './edge-marks'
import { NameTags, type Standing, type TagChoice } from './name-tags'
import type { Member } from './presence'
import type { TextBinding } from './text-binding'
import { selectionIn } from './text-places'

type Editor = monaco.editor.IStandaloneCodeEditor
type Model = monaco.editor.ITextModel

/**
 * Draws where the others are in the file that is shown: carets and selections as decorations with
 * one of eight fixed classes, names in `NameTags`, marks in the ruler. At most once a frame.
 */
export class RemoteCursors {
  private readonly decorations: monaco.editor.IEditorDecorationsCollection
  private readonly tags: NameTags
  private members: readonly Member[] = []
  private drawn: readonly monaco.editor.IModelDeltaDecoration[] = []
  private frame = 0

  constructor(
    private readonly fileId: string,
    private readonly binding: TextBinding,
    private readonly editor: Editor,
    standsIn: () => number,
    private readonly onPeople: (people: Whereabouts[]) => void,
  ) {
    this.decorations = editor.createDecorationsCollection()
    this.tags = new NameTags(editor, standsIn)
  }

  show(members: readonly Member[]): void {
    this.members = members
    this.queue()
  }

  setTags(choice: TagChoice): void {
    this.tags.setChoice(choice)
  }

  queue(): void {
    if (this.frame !== 0) return
    this.frame = requestAnimationFrame(() => {
      this.frame = 0
      this.render()
    })
  }

  destroy(): void {
    cancelAnimationFrame(this.frame)
    this.tags.destroy()
    this.decorations.clear()
  }

  private render(): void {
    const model = this.editor.getModel()
    if (!model) return
    const drawn: monaco.editor.IModelDeltaDecoration[] = []
    const people: Standing[] = []
    for (const member of this.members) {
      if (member.self || member.file !== this.fileId) continue
      member.selections.forEach((selection, index) => {
        const told = selectionIn(this.binding.text, selection, member)
        if (!told) return
        const [anchor, head] = [this.binding.toModel(told.anchor), this.binding.toModel(told.head)]
        const place = { anchor, head }
        drawn.push(...decorate(model, place, member.color))
        if (index > 0) return
        const { clientId, name, color } = member
        const line = model.getPositionAt(place.head).lineNumber
        people.push({ clientId, name, color, line, offset: place.head })
      })
    }
    this.tags.show(people)
    this.draw(drawn)
    this.onPeople(people)
  }

  /** Carets move along with the text around them; most of the time they are where they belong. */
  private draw(wanted: readonly monaco.editor.IModelDeltaDecoration[]): void {
    const ranges = this.decorations.getRanges()
    const same =
      wanted.length === ranges.length &&
      wanted.length === this.drawn.length &&
      wanted.every(({ range, options }, i) => {
        const at = ranges[i]
        return options === this.drawn[i]?.options && at && monaco.Range.equalsRange(range, at)
      })
    if (same) return
    this.decorations.set(wanted)
    this.drawn = wanted
  }
}

const stickiness = monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges

interface Look {
  caret: monaco.editor.IModelDecorationOptions
  selection: monaco.editor.IModelDecorationOptions
}

/** By colour; made once, so that equal looks are one object. */
const looks = new Map<number, Look>()

function lookOf(color: number): Look {
  const known = looks.get(color)
  if (known) return known
  const person = personClass(color)
  const overviewRuler = {
    color: { id: `tandem.person${color % COLOR_COUNT}` },
    position: monaco.editor.OverviewRulerLane.Right,
  }
  const look = {
    caret: { beforeContentClassName: `remote-caret ${person}`, stickiness, overviewRuler },
    selection: { className: `remote-selection ${person}`, stickiness },
  }
  looks.set(color, look)
  return look
}

function decorate(
  model: Model,
  place: OffsetSelection,
  color: number,
): monaco.editor.IModelDeltaDecoration[] {
  const look = lookOf(color)
  const head = model.getPositionAt(place.head)
  const caret = { range: monaco.Range.fromPositions(head), options: look.caret }
  if (place.anchor === place.head) return [caret]
  const anchor = model.getPositionAt(place.anchor)
  const [from, to] = place.anchor < place.head ? [anchor, head] : [head, anchor]
  return [{ range: monaco.Range.fromPositions(from, to), options: look.selection }, caret]
}
