import type { monaco } from '../../shared/monaco/monaco'
import type { Indent } from '../../shared/store/editorSlice'

type Editor = monaco.editor.IStandaloneCodeEditor
type Model = monaco.editor.ITextModel

const SETTLE_MS = 200
const LEADING = /(?:^|\n)([ \t]+)/g

/** Does what was written indent by anything else than by these? */
export function disagrees(text: string, { tabs, size }: Indent): boolean {
  for (const [, blank = ''] of text.matchAll(LEADING)) {
    if (tabs ? blank.includes(' ') : blank.includes('\t') || blank.length % size !== 0) return true
  }
  return false
}

function indentOf(model: Model): Indent {
  const { insertSpaces, indentSize } = model.getOptions()
  return { tabs: !insertSpaces, size: indentSize }
}

/**
 * Each file is indented as its text is, whoever wrote it: Python takes no mixture. It is looked at
 * again a moment after lines came that are indented otherwise, and before Enter or Tab use it.
 */
export class Indentation {
  private readonly disposables: monaco.IDisposable[]
  private watched: monaco.IDisposable[] = []
  private model: Model | null = null
  private doubtful = false
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly editor: Editor,
    private readonly tell: (indent: Indent) => void,
  ) {
    const node = editor.getContainerDomNode()
    node.addEventListener('keydown', this.onKeyDown, true)
    this.disposables = [
      { dispose: () => node.removeEventListener('keydown', this.onKeyDown, true) },
      editor.onDidChangeModel(() => this.watch()),
    ]
    this.watch()
  }

  dispose(): void {
    clearTimeout(this.timer)
    for (const each of [...this.disposables, ...this.watched]) each.dispose()
  }

  /** Indents all lines so, and what is typed from here on. False: no line had to change. */
  async use(tabs: boolean): Promise<boolean> {
    const { model, editor } = this
    if (!model) return false
    const before = model.getVersionId()
    const name = tabs ? 'indentationToTabs' : 'indentationToSpaces'
    await editor.getAction(`editor.action.${name}`)?.run()
    return model.getVersionId() !== before
  }

  private watch(): void {
    for (const each of this.watched) each.dispose()
    const model = this.editor.getModel()
    this.model = model
    this.watched = model
      ? [
          model.onDidChangeContent(({ changes }) => this.onChange(model, changes)),
          model.onDidChangeOptions(() => this.tell(indentOf(model))),
        ]
      : []
    this.doubtful = true
    this.settle()
    if (model) this.tell(indentOf(model))
  }

  private onChange(model: Model, changes: readonly monaco.editor.IModelContentChange[]): void {
    const indent = indentOf(model)
    const doubtful = changes.some(({ range, rangeLength, text }) => {
      if (range.startLineNumber !== range.endLineNumber) return true
      const ahead = model.getLineFirstNonWhitespaceColumn(range.startLineNumber)
      const inside = ahead === 0 || range.startColumn <= ahead
      return inside ? rangeLength > 0 || disagrees(text, indent) : disagrees(`.${text}`, indent)
    })
    if (!doubtful) return
    this.doubtful = true
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.settle(), SETTLE_MS)
  }

  private settle(): void {
    clearTimeout(this.timer)
    const { model } = this
    if (!this.doubtful || !model || model.isDisposed()) return
    this.doubtful = false
    // Where nothing is indented, it stays as it was chosen.
    const { tabs, size } = indentOf(model)
    model.detectIndentation(!tabs, size)
  }

  private readonly onKeyDown = ({ key }: KeyboardEvent): void => {
    if (key === 'Enter' || key === 'Tab') this.settle()
  }
}
