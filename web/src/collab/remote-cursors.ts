import * as monaco from 'monaco-editor/editor'
import type * as Y from 'yjs'
import { COLOR_COUNT } from '../shared/lib/person'
import { personClass } from '../shared/lib/person-class'
import type { Whereabouts } from './edge-marks'
import type { Member } from './presence'
import { offsetIn } from './presence'

type Editor = monaco.editor.IStandaloneCodeEditor
type Model = monaco.editor.ITextModel

const TAG_SHOWN_MS = 2_000

/** When names stand beside carets: while somebody types and a moment longer, always, or never. */
export type TagChoice = 'typing' | 'always' | 'never'

const NOWHERE: monaco.IPosition = { lineNumber: 0, column: 0 }

interface Tag {
  widget: monaco.editor.IContentWidget
  node: HTMLElement
  label: HTMLElement
  position: monaco.IPosition
  /** Where Monaco was last asked to put it. */
  placed: monaco.IPosition
  /** Name and colour as they are shown. */
  look: string
  offset: number
  timer: ReturnType<typeof setTimeout> | undefined
}

/**
 * Draws where the others are in the file that is shown: carets and selections as decorations with
 * one of eight fixed classes, names as content widgets (textContent, so a name is never markup),
 * marks in the ruler. At most once a frame.
 */
export class RemoteCursors {
  private readonly decorations: monaco.editor.IEditorDecorationsCollection
  private readonly tags = new Map<number, Tag>()
  private readonly hover: monaco.IDisposable
  private members: readonly Member[] = []
  private drawn: readonly monaco.editor.IModelDeltaDecoration[] = []
  private tagChoice: TagChoice = 'typing'
  private frame = 0

  constructor(
    private readonly fileId: string,
    private readonly text: Y.Text,
    private readonly editor: Editor,
    private readonly onPeople: (people: Whereabouts[]) => void,
  ) {
    this.decorations = editor.createDecorationsCollection()
    this.hover = editor.onMouseMove(({ target }) => this.wakeNear(target.position))
  }

  show(members: readonly Member[]): void {
    this.members = members
    this.queue()
  }

  setTags(choice: TagChoice): void {
    this.tagChoice = choice
    this.queue()
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
    this.hover.dispose()
    for (const [id, tag] of this.tags) this.removeTag(id, tag)
    this.decorations.clear()
  }

  private render(): void {
    const model = this.editor.getModel()
    if (!model) return
    const drawn: monaco.editor.IModelDeltaDecoration[] = []
    const people: Whereabouts[] = []
    for (const member of this.members) {
      if (member.self || member.file !== this.fileId) continue
      member.selections.forEach((selection, index) => {
        const anchor = offsetIn(this.text, selection.anchor)
        const head = offsetIn(this.text, selection.head)
        if (anchor === null || head === null) return
        drawn.push(...decorate(model, { anchor, head }, member.color))
        if (index > 0) return
        const position = model.getPositionAt(head)
        const { clientId, name, color } = member
        people.push({ clientId, name, color, line: position.lineNumber })
        if (this.tagChoice !== 'never') this.showTag(member, position, head)
      })
    }
    const seen = new Set(this.tagChoice === 'never' ? [] : people.map((each) => each.clientId))
    for (const [id, tag] of this.tags) if (!seen.has(id)) this.removeTag(id, tag)
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

  private showTag(member: Member, position: monaco.IPosition, offset: number): void {
    const tag = this.tags.get(member.clientId) ?? this.makeTag(member.clientId, position)
    const look = `${member.name} ${member.color}`
    if (tag.look !== look) {
      tag.look = look
      tag.label.textContent = member.name
      tag.node.className = `remote-tag ${personClass(member.color)}`
      tag.placed = NOWHERE
    }
    if (tag.offset !== offset) {
      tag.offset = offset
      this.wake(tag)
    }
    this.setQuiet(tag, tag.timer === undefined && this.tagChoice !== 'always')
    const { lineNumber, column } = tag.placed
    // Placing a widget makes Monaco measure the line: only for those that moved.
    if (lineNumber === position.lineNumber && column === position.column) return
    tag.position = position
    tag.placed = position
    this.editor.layoutContentWidget(tag.widget)
  }

  private wake(tag: Tag): void {
    this.setQuiet(tag, false)
    clearTimeout(tag.timer)
    tag.timer = setTimeout(() => {
      tag.timer = undefined
      this.setQuiet(tag, this.tagChoice !== 'always')
    }, TAG_SHOWN_MS)
  }

  private setQuiet(tag: Tag, quiet: boolean): void {
    if (tag.node.classList.contains('quiet') === quiet) return
    tag.node.classList.toggle('quiet', quiet)
    // Near the right edge a name is moved in until all of it is seen; the flag stays at its caret.
    this.editor.layoutContentWidget(tag.widget)
  }

  /** The pointer is over a caret: its name comes back. */
  private wakeNear(pointer: monaco.IPosition | null): void {
    if (!pointer) return
    for (const tag of this.tags.values()) {
      const { lineNumber, column } = tag.position
      if (lineNumber === pointer.lineNumber && Math.abs(column - pointer.column) <= 1) {
        this.wake(tag)
      }
    }
  }

  private makeTag(clientId: number, position: monaco.IPosition): Tag {
    const node = document.createElement('div')
    const label = document.createElement('span')
    node.setAttribute('aria-hidden', 'true')
    node.append(label)
    const { ABOVE, BELOW } = monaco.editor.ContentWidgetPositionPreference
    const tag: Tag = {
      node,
      label,
      position,
      placed: NOWHERE,
      look: '',
      offset: -1,
      timer: undefined,
      widget: {
        suppressMouseDown: true,
        getId: () => `remote-tag-${clientId}`,
        getDomNode: () => node,
        getPosition: () => ({ position: tag.position, preference: [ABOVE, BELOW] }),
        afterRender: (placed) => node.classList.toggle('below', placed === BELOW),
      },
    }
    this.tags.set(clientId, tag)
    this.editor.addContentWidget(tag.widget)
    return tag
  }

  private removeTag(clientId: number, tag: Tag): void {
    clearTimeout(tag.timer)
    this.editor.removeContentWidget(tag.widget)
    this.tags.delete(clientId)
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
  place: { anchor: number; head: number },
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
