import * as monaco from 'monaco-editor/editor'
import * as Y from 'yjs'
import { COLOR_COUNT } from '../shared/lib/person'
import type { PresenceSelection } from './presence'
import type { Member, Session } from './session'

type Editor = monaco.editor.IStandaloneCodeEditor
type Model = monaco.editor.ITextModel

const TAG_SHOWN_MS = 2_500

interface Tag {
  widget: monaco.editor.IContentWidget
  node: HTMLElement
  label: HTMLElement
  position: monaco.IPosition
  offset: number
  timer: ReturnType<typeof setTimeout> | undefined
}

/**
 * Draws where the others are: carets and selections as decorations with one of eight fixed
 * classes, names as content widgets (textContent, so a name is never markup), marks in the ruler.
 */
export class RemoteCursors {
  private readonly decorations: monaco.editor.IEditorDecorationsCollection
  private readonly tags = new Map<number, Tag>()
  private readonly stopListening: () => void
  private members: Member[]

  constructor(
    session: Session,
    private readonly text: Y.Text,
    private readonly model: Model,
    private readonly editor: Editor,
    private readonly onLines: (lines: ReadonlyMap<number, number>) => void,
  ) {
    this.decorations = editor.createDecorationsCollection()
    this.members = session.members()
    this.stopListening = session.on('members', (members) => {
      this.members = members
      this.render()
    })
    this.render()
  }

  render(): void {
    const drawn: monaco.editor.IModelDeltaDecoration[] = []
    const lines = new Map<number, number>()
    const seen = new Set<number>()
    for (const member of this.members) {
      if (member.self) continue
      member.selections.forEach((selection, index) => {
        const place = this.resolve(selection)
        if (!place) return
        drawn.push(...decorate(this.model, place, member.color))
        if (index > 0) return
        const position = this.model.getPositionAt(place.head)
        lines.set(member.clientId, position.lineNumber)
        seen.add(member.clientId)
        this.showTag(member, position, place.head)
      })
    }
    for (const [id, tag] of this.tags) if (!seen.has(id)) this.removeTag(id, tag)
    this.decorations.set(drawn)
    this.onLines(lines)
  }

  destroy(): void {
    this.stopListening()
    for (const [id, tag] of this.tags) this.removeTag(id, tag)
    this.decorations.clear()
  }

  private resolve(selection: PresenceSelection): { anchor: number; head: number } | null {
    const doc = this.text.doc
    if (!doc) return null
    try {
      const anchor = Y.createAbsolutePositionFromRelativePosition(selection.anchor, doc)
      const head = Y.createAbsolutePositionFromRelativePosition(selection.head, doc)
      if (anchor?.type !== this.text || head?.type !== this.text) return null
      return { anchor: anchor.index, head: head.index }
    } catch {
      // Well formed, but about something that is not a text of this document.
      return null
    }
  }

  private showTag(member: Member, position: monaco.IPosition, offset: number): void {
    const tag = this.tags.get(member.clientId) ?? this.makeTag(member.clientId, position)
    tag.label.textContent = member.name
    const moved = tag.offset !== offset
    tag.node.className = `remote-tag ${personClass(member.color)}`
    if (moved) {
      tag.offset = offset
      clearTimeout(tag.timer)
      tag.timer = setTimeout(() => {
        tag.timer = undefined
        tag.node.classList.add('quiet')
      }, TAG_SHOWN_MS)
    }
    if (tag.timer === undefined) tag.node.classList.add('quiet')
    tag.position = position
    this.editor.layoutContentWidget(tag.widget)
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

/** Beyond eight people colours repeat, and the caret is dashed: colour is never the only mark. */
export function personClass(color: number): string {
  return `person-${color % COLOR_COUNT}${color >= COLOR_COUNT ? ' second-round' : ''}`
}

function decorate(
  model: Model,
  place: { anchor: number; head: number },
  color: number,
): monaco.editor.IModelDeltaDecoration[] {
  const head = model.getPositionAt(place.head)
  const person = personClass(color)
  const stickiness = monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges
  const ruler = {
    color: { id: `tandem.person${color % COLOR_COUNT}` },
    position: monaco.editor.OverviewRulerLane.Right,
  }
  const caret: monaco.editor.IModelDeltaDecoration = {
    range: monaco.Range.fromPositions(head),
    options: {
      beforeContentClassName: `remote-caret ${person}`,
      stickiness,
      overviewRuler: ruler,
    },
  }
  if (place.anchor === place.head) return [caret]
  const anchor = model.getPositionAt(place.anchor)
  const [from, to] = place.anchor < place.head ? [anchor, head] : [head, anchor]
  const selection: monaco.editor.IModelDeltaDecoration = {
    range: monaco.Range.fromPositions(from, to),
    options: { className: `remote-selection ${person}`, stickiness },
  }
  return [selection, caret]
}
