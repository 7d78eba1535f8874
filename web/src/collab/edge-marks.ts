import * as monaco from 'monaco-editor/editor'
import { personClass } from '../shared/lib/person-class'

type Editor = monaco.editor.IStandaloneCodeEditor

export interface Whereabouts {
  clientId: number
  name: string
  color: number
  line: number
}

const MARKS_MAX = 3

interface Edge {
  arrow: string
  node: HTMLElement
  shown: string
}

/** "↑ Ada, line 12" at the edges of the view for those whose caret is outside. A click goes there. */
export class EdgeMarks {
  private readonly above: Edge
  private readonly below: Edge
  private people: readonly Whereabouts[] = []
  private readonly widgets: monaco.editor.IOverlayWidget[]
  private readonly scroll: monaco.IDisposable

  constructor(
    private readonly editor: Editor,
    private readonly onGo: (line: number) => void,
  ) {
    const { TOP_RIGHT_CORNER, BOTTOM_RIGHT_CORNER } = monaco.editor.OverlayWidgetPositionPreference
    this.above = makeEdge('↑', 'above')
    this.below = makeEdge('↓', 'below')
    this.widgets = [
      makeWidget('edge-marks-above', this.above.node, TOP_RIGHT_CORNER),
      makeWidget('edge-marks-below', this.below.node, BOTTOM_RIGHT_CORNER),
    ]
    for (const widget of this.widgets) editor.addOverlayWidget(widget)
    this.scroll = editor.onDidScrollChange(() => this.render())
  }

  show(people: readonly Whereabouts[]): void {
    this.people = people
    this.render()
  }

  destroy(): void {
    this.scroll.dispose()
    for (const widget of this.widgets) this.editor.removeOverlayWidget(widget)
  }

  private render(): void {
    const seen = this.editor.getVisibleRanges()
    const first = seen[0]?.startLineNumber ?? 1
    const last = seen.at(-1)?.endLineNumber ?? first
    const byLine = [...this.people].sort((a, b) => a.line - b.line)
    this.fill(
      this.above,
      byLine.filter((each) => each.line < first),
    )
    this.fill(
      this.below,
      byLine.filter((each) => each.line > last),
    )
  }

  private fill(edge: Edge, people: readonly Whereabouts[]): void {
    const key = JSON.stringify(people)
    if (key === edge.shown) return
    edge.shown = key
    // The nearest ones: those above end next to the view, those below begin there.
    const near = edge === this.above ? people.slice(-MARKS_MAX) : people.slice(0, MARKS_MAX)
    const nodes: HTMLElement[] = near.map((each) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.tabIndex = -1
      button.className = `edge-mark ${personClass(each.color)}`
      button.textContent = `${edge.arrow} ${each.name}, line ${each.line}`
      button.addEventListener('click', () => this.onGo(each.line))
      return button
    })
    if (people.length > near.length) {
      const more = document.createElement('span')
      more.className = 'edge-more'
      more.textContent = `+${people.length - near.length}`
      nodes.push(more)
    }
    edge.node.replaceChildren(...nodes)
  }
}

function makeEdge(arrow: string, side: string): Edge {
  const node = document.createElement('div')
  node.className = `edge-marks ${side}`
  return { arrow, node, shown: '[]' }
}

function makeWidget(
  id: string,
  node: HTMLElement,
  preference: monaco.editor.OverlayWidgetPositionPreference,
): monaco.editor.IOverlayWidget {
  return { getId: () => id, getDomNode: () => node, getPosition: () => ({ preference }) }
}
