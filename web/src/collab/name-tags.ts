import * as monaco from 'monaco-editor/editor'
import { personClass } from '../shared/lib/person-class'

type Editor = monaco.editor.IStandaloneCodeEditor

/** When names stand in the text: while somebody types and a moment longer, always, or never. */
export type TagChoice = 'typing' | 'always' | 'never'

/** Where a person stands in the text that is shown. */
export interface Standing {
  clientId: number
  name: string
  color: number
  line: number
  offset: number
}

const SHOWN_MS = 2_000
const CHIPS_MAX = 3
/** Between the code and the first name, and around each name; as in remote.css. */
const GAP_PX = 20
const CHIP_PX = 18

interface Chip {
  words: string
  color: number
  shown: boolean
}

interface Tag {
  node: HTMLElement
  widget: monaco.editor.IContentWidget
  position: monaco.IPosition
  /** What it shows, as far as it was drawn. */
  drawn: string
}

/**
 * The names of the others, behind the end of the line they are in, or of a shorter line beside it:
 * never over code, and never in the way of the pointer. Those at one place are one name with a
 * number. The line this person shares with another is tinted.
 */
export class NameTags {
  private readonly tags = new Map<number, Tag>()
  private readonly awake = new Map<number, { offset: number; timer: Timer | undefined }>()
  private readonly shared: monaco.editor.IEditorDecorationsCollection
  private readonly subscriptions: monaco.IDisposable[]
  private people: readonly Standing[] = []
  private choice: TagChoice = 'typing'
  private ownLine = 0

  constructor(
    private readonly editor: Editor,
    /** The line this person stands in; 0 while they only read. */
    private readonly standsIn: () => number,
  ) {
    this.shared = editor.createDecorationsCollection()
    this.subscriptions = [
      editor.onMouseMove(({ target }) => this.wakeLine(target.position?.lineNumber)),
      editor.onDidChangeCursorPosition(() => {
        if (this.standsIn() !== this.ownLine) this.draw()
      }),
      editor.onDidLayoutChange(() => this.draw()),
    ]
  }

  setChoice(choice: TagChoice): void {
    this.choice = choice
    this.draw()
  }

  show(people: readonly Standing[]): void {
    this.people = people
    const here = new Set(people.map(({ clientId }) => clientId))
    for (const [id, { timer }] of this.awake) {
      if (here.has(id)) continue
      clearTimeout(timer)
      this.awake.delete(id)
    }
    for (const { clientId, offset } of people) {
      if (this.awake.get(clientId)?.offset !== offset) this.wake(clientId, offset)
    }
    this.draw()
  }

  destroy(): void {
    this.show([])
    for (const subscription of this.subscriptions) subscription.dispose()
  }

  private wake(clientId: number, offset: number): void {
    clearTimeout(this.awake.get(clientId)?.timer)
    const timer = setTimeout(() => {
      this.awake.set(clientId, { offset, timer: undefined })
      this.draw()
    }, SHOWN_MS)
    this.awake.set(clientId, { offset, timer })
  }

  /** The pointer is in a line: the names of those who are there come back. */
  private wakeLine(line: number | undefined): void {
    const there = this.people.filter((each) => each.line === line)
    if (there.length === 0) return
    for (const { clientId, offset } of there) this.wake(clientId, offset)
    this.draw()
  }

  private draw(): void {
    const model = this.editor.getModel()
    this.ownLine = this.standsIn()
    const lines = new Map<number, Standing[]>()
    for (const each of model ? this.people : []) {
      lines.set(each.line, [...(lines.get(each.line) ?? []), each])
    }
    this.tint(lines.get(this.ownLine)?.[0]?.color)
    const drawn = new Set<number>()
    if (model && this.choice !== 'never') {
      const taken = new Set(lines.keys())
      for (const [line, people] of lines) {
        const id = Math.min(...people.map(({ clientId }) => clientId))
        drawn.add(id)
        this.drawTag(model, id, line, this.chips(people), taken)
      }
    }
    for (const [id, tag] of this.tags) {
      if (drawn.has(id)) continue
      this.editor.removeContentWidget(tag.widget)
      this.tags.delete(id)
    }
  }

  private tint(color: number | undefined): void {
    const range = new monaco.Range(this.ownLine, 1, this.ownLine, 1)
    const options = { isWholeLine: true, className: `shared-line ${personClass(color ?? 0)}` }
    this.shared.set(color === undefined ? [] : [{ range, options }])
  }

  private chips(people: readonly Standing[]): Chip[] {
    const places = new Map<number, Standing[]>()
    for (const each of people) places.set(each.offset, [...(places.get(each.offset) ?? []), each])
    const chips = [...places.values()].map((there): Chip => {
      const awake = there.some(({ clientId }) => this.awake.get(clientId)?.timer !== undefined)
      const { name = '', color = 0, line } = there[0] ?? {}
      return {
        words: there.length > 1 ? `${name} +${there.length - 1}` : name,
        color,
        shown: awake || line === this.ownLine || this.choice === 'always',
      }
    })
    if (chips.length <= CHIPS_MAX) return chips
    const first = [...chips].sort((a, b) => Number(b.shown) - Number(a.shown)).slice(0, CHIPS_MAX)
    const [last] = first.slice(-1)
    const more = people.length - CHIPS_MAX
    return last ? [...first.slice(0, -1), { ...last, words: `${last.words} +${more}` }] : first
  }

  private drawTag(
    model: monaco.editor.ITextModel,
    id: number,
    line: number,
    chips: readonly Chip[],
    taken: ReadonlySet<number>,
  ): void {
    const tag = this.tags.get(id) ?? this.makeTag(id)
    const shown = chips.filter((chip) => chip.shown)
    const letters = shown.reduce((sum, { words }) => sum + words.length, 0)
    const width = GAP_PX + shown.length * CHIP_PX + letters * this.letterWidth()
    const free = [line, line - 1, line + 1].find(
      (each) => (each === line || !taken.has(each)) && this.roomBehind(model, each) >= width,
    )
    const quiet = shown.length === 0 || free === undefined
    const at = free ?? line
    const column = at <= model.getLineCount() ? model.getLineMaxColumn(at) : 1
    const key = JSON.stringify([chips, quiet, at, column])
    if (tag.drawn === key) return
    tag.drawn = key
    tag.node.style.lineHeight = `${this.editor.getOption(monaco.editor.EditorOption.lineHeight)}px`
    tag.node.className = quiet ? 'remote-tag quiet' : 'remote-tag'
    tag.node.replaceChildren(...chips.map(makeChip))
    tag.position = { lineNumber: at, column }
    this.editor.layoutContentWidget(tag.widget)
  }

  private letterWidth(): number {
    const { typicalHalfwidthCharacterWidth } = this.editor.getOption(
      monaco.editor.EditorOption.fontInfo,
    )
    return typicalHalfwidthCharacterWidth
  }

  /** Pixels between the end of a line and the edge of the view; -1: there is no such line. */
  private roomBehind(model: monaco.editor.ITextModel, line: number): number {
    if (line < 1 || line > model.getLineCount()) return -1
    const { contentWidth, verticalScrollbarWidth } = this.editor.getLayoutInfo()
    const view = contentWidth - verticalScrollbarWidth
    const text = columnsOf(model.getLineContent(line), model.getOptions().tabSize)
    const width = text * this.letterWidth() - this.editor.getScrollLeft()
    const wraps = this.editor.getOption(monaco.editor.EditorOption.wrappingInfo).wrappingColumn > 0
    return view - (wraps ? width % view : width)
  }

  private makeTag(id: number): Tag {
    const node = document.createElement('div')
    node.setAttribute('aria-hidden', 'true')
    const tag: Tag = {
      node,
      position: { lineNumber: 1, column: 1 },
      drawn: '',
      widget: {
        suppressMouseDown: true,
        getId: () => `remote-tag-${id}`,
        getDomNode: () => node,
        getPosition: () => ({
          position: tag.position,
          preference: [monaco.editor.ContentWidgetPositionPreference.EXACT],
        }),
      },
    }
    this.tags.set(id, tag)
    this.editor.addContentWidget(tag.widget)
    return tag
  }
}

type Timer = ReturnType<typeof setTimeout>

function makeChip({ words, color, shown }: Chip): HTMLElement {
  const chip = document.createElement('span')
  chip.className = personClass(color)
  chip.hidden = !shown
  // As text, so that a name is never markup.
  chip.textContent = words
  return chip
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/

/** How many letters of one width a line is long. */
function columnsOf(line: string, tabSize: number): number {
  let columns = 0
  for (const letter of line) {
    if (letter === '\t') columns += tabSize - (columns % tabSize)
    else columns += WIDE.test(letter) || letter.length > 1 ? 2 : 1
  }
  return columns
}
