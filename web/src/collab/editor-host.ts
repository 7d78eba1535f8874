import * as monaco from 'monaco-editor/editor'
import type * as Y from 'yjs'
import type { OffsetEdit } from './delta'
import { EdgeMarks, type Whereabouts } from './edge-marks'
import { keepingCarets, keepingScroll } from './editor-edits'
import { fileText } from './files'
import type { FollowView, Place } from './follow'
import { goToPlace, type KeptPlace, keepPlace } from './kept-place'
import type { TagChoice } from './name-tags'
import { OwnPresence } from './own-presence'
import type { Member } from './presence'
import { RemoteCursors } from './remote-cursors'
import type { Session } from './session'
import { type BoundView, TextBinding } from './text-binding'
import { offsetIn, selectionIn } from './text-places'

type Editor = monaco.editor.IStandaloneCodeEditor

interface OpenFile {
  binding: TextBinding
  /** Where this person was when another file was shown instead. */
  place: KeptPlace | null
}

interface Shown {
  id: string
  file: OpenFile
  own: OwnPresence
  others: RemoteCursors
}

interface HostPlace {
  file: string
  kept: KeptPlace | null
}

export interface EditorHostOptions {
  /** Where the others are in the file that is shown, at most once a frame. */
  onPeople: (people: readonly Whereabouts[]) => void
  /** Runs an edit from elsewhere, around which something has to be kept. */
  aroundEdit?: (apply: () => void) => void
}

/**
 * One editor that shows one file of a session at a time. Files that were shown stay open: their
 * model, undo history, scroll and selections are there when they are shown again, even when the
 * file was deleted and put back meanwhile.
 */
export class EditorHost implements BoundView, FollowView {
  private readonly open = new Map<string, OpenFile>()
  private readonly subscriptions: { dispose(): void }[] = []
  private readonly edges: EdgeMarks
  private shown: Shown | null = null
  private tags: TagChoice = 'typing'
  private lastActAt = 0
  /** This person has clicked or typed: from then on they stand somewhere. */
  private hasCaret = false
  private composedTimer: ReturnType<typeof setTimeout> | undefined
  private composedIn: number | null = null
  /** Scrolling and selecting that this page does by itself is no act of the person. */
  private quiet = false
  /** Lines to select as soon as their file is shown. */
  private wanted: { file: string; from: number; to: number } | null = null

  constructor(
    private readonly session: Session,
    private readonly editor: Editor,
    private readonly options: EditorHostOptions,
  ) {
    this.edges = new EdgeMarks(editor, (line) => this.goToLine(line))
    const stopMembers = session.on('members', (members) => this.shown?.others.show(members))
    const stopRestores = session.restores.on('done', (step) => {
      for (const { id } of step.files) this.open.get(id)?.binding.order.add(step)
    })
    this.subscriptions.push(
      { dispose: stopMembers },
      { dispose: stopRestores },
      editor.onDidChangeCursorSelection((event) => this.onSelection(event)),
      editor.onDidScrollChange(() => {
        if (!this.othersWrite) this.shown?.own.queue()
      }),
      editor.onDidCompositionStart(() => this.composes()),
      // The composed text reaches the model right after this event.
      editor.onDidCompositionEnd(() => {
        this.composedTimer = setTimeout(() => this.composed(), 0)
      }),
      editor.onKeyDown((event) => this.onKey(event)),
      editor.onMouseDown(() => this.tookPlace()),
    )
    const wheel = () => this.acted()
    const node = editor.getDomNode()
    node?.addEventListener('wheel', wheel, { passive: true })
    node?.addEventListener('touchmove', wheel, { passive: true })
    session.follow.attach(this)
  }

  /** Brings a file up; the one shown before keeps its place. */
  showFile(id: string, language: string): void {
    if (this.shown?.id === id) {
      monaco.editor.setModelLanguage(this.shown.file.binding.model, language)
      return
    }
    this.leave()
    const file = this.open.get(id) ?? this.openFile(id, language)
    const { binding } = file
    monaco.editor.setModelLanguage(binding.model, language)
    this.quiet = true
    this.editor.setModel(binding.model)
    if (file.place) goToPlace(this.editor, binding, file.place)
    this.quiet = false
    const standsIn = () => (this.hasCaret && this.editor.getPosition()?.lineNumber) || 0
    const others = new RemoteCursors(id, binding, this.editor, standsIn, (people) => {
      this.edges.show(people)
      this.options.onPeople(people)
    })
    const own = new OwnPresence(
      this.editor,
      binding,
      () => this.hasCaret,
      (fields) => this.session.present(fields),
    )
    this.shown = { id, file, own, others }
    others.setTags(this.tags)
    others.show(this.session.members())
    binding.attach(this)
    own.queue()
    if (this.wanted) this.selectLines(this.wanted.file, this.wanted.from, this.wanted.to)
  }

  /** What changes the text and moves the carets right now comes from elsewhere. */
  get othersWrite(): boolean {
    return this.quiet || (this.shown?.file.binding.applying ?? false)
  }

  /** What is typed from here on is undone apart from what was typed before. */
  breakUndo(): void {
    this.shown?.file.binding.undo.stopCapturing()
  }

  setTags(choice: TagChoice): void {
    this.tags = choice
    this.shown?.others.setTags(choice)
  }

  goToLine(line: number): void {
    this.tookPlace()
    this.editor.setPosition({ lineNumber: line, column: 1 })
    this.editor.revealLineInCenter(line)
    this.editor.focus()
  }

  /** Selects whole lines of a file: now, or when it is the next one that is shown. */
  selectLines(file: string, from: number, to: number): void {
    this.wanted = null
    const model = this.shown?.file.binding.model
    if (this.shown?.id !== file || !model) {
      if (this.session.file === file) this.wanted = { file, from, to }
      return
    }
    this.acted()
    const last = Math.min(to, model.getLineCount())
    const first = Math.min(from, last)
    const range = new monaco.Range(first, 1, last, model.getLineMaxColumn(last))
    this.editor.setSelection(range)
    this.editor.revealRangeInCenter(range)
    this.editor.focus()
  }

  /** Where a line of the shown file stands in its text; null: there is no such line. */
  lineInText(line: number): { text: Y.Text; from: number; to: number } | null {
    const binding = this.shown?.file.binding
    if (!binding || line < 1 || line > binding.model.getLineCount()) return null
    const from = binding.model.getOffsetAt({ lineNumber: line, column: 1 })
    const to = from + binding.model.getLineLength(line)
    return { text: binding.text, from: binding.toDoc(from), to: binding.toDoc(to) }
  }

  destroy(): void {
    this.session.follow.attach(null)
    this.leave()
    for (const { binding } of this.open.values()) {
      binding.destroy()
      binding.model.dispose()
    }
    for (const subscription of this.subscriptions) subscription.dispose()
    this.edges.destroy()
  }

  // ---------------------------------------------------------------- BoundView

  around(edits: readonly OffsetEdit[], apply: () => void): void {
    // Asked for before the edit, the frame of the carets comes before Monaco's, and one does both.
    this.shown?.others.queue()
    const quiet = this.quiet
    this.quiet = true
    const edit = () =>
      keepingScroll(this.editor, () => {
        // Where a caret was touched, it may stand at another letter for the others now.
        if (keepingCarets(this.editor, edits, apply)) this.shown?.own.queue()
      })
    if (this.options.aroundEdit) this.options.aroundEdit(edit)
    else edit()
    this.quiet = quiet
  }

  undone(position: monaco.IPosition): void {
    this.editor.setPosition(position)
    this.editor.revealPositionInCenterIfOutsideViewport(position)
    this.shown?.own.queue()
  }

  typed(): void {
    this.hasCaret = true
    this.shown?.others.queue()
    this.shown?.own.queue()
  }

  // ---------------------------------------------------------------- FollowView

  lastOwnActAt(): number {
    return this.lastActAt
  }

  place(): Place {
    const binding = this.shown?.file.binding
    const kept = binding ? keepPlace(this.editor, binding) : null
    return { file: this.session.file, kept } satisfies HostPlace
  }

  goTo(place: Place): void {
    const { file, kept } = place as HostPlace
    this.session.openFile(file)
    if (this.shown?.id !== file || !kept) return
    goToPlace(this.editor, this.shown.file.binding, kept)
    this.editor.focus()
  }

  show(member: Member): void {
    this.session.showFile(member.file)
    if (this.shown?.id !== member.file) return
    const { binding } = this.shown.file
    const { text, model } = binding
    const line = (offset: number | null | undefined) =>
      offset == null ? null : model.getPositionAt(binding.toModel(offset)).lineNumber
    const top = line(member.top && offsetIn(text, member.top))
    const [first] = member.selections
    const head = line(first && selectionIn(text, first, member)?.head)
    const { Immediate } = monaco.editor.ScrollType
    this.quiet = true
    if (top !== null) {
      this.editor.setScrollTop(top === 1 ? 0 : this.editor.getTopForLineNumber(top), Immediate)
      // In a smaller window than theirs, the caret they look at matters more than the first line.
      const looked = head !== null && head >= top && head <= top + member.rows
      if (looked) this.editor.revealLine(head, Immediate)
    }
    this.quiet = false
  }

  // ----------------------------------------------------------------

  private openFile(id: string, language: string): OpenFile {
    const model = monaco.editor.createModel('', language)
    const file = {
      binding: new TextBinding(fileText(this.session.doc, id), model, () =>
        this.session.cleanAfterMs(),
      ),
      place: null,
    }
    for (const step of this.session.restores.of(id)) file.binding.order.add(step)
    this.open.set(id, file)
    return file
  }

  private leave(): void {
    if (!this.shown) return
    const { file, own, others } = this.shown
    this.composed()
    file.place = keepPlace(this.editor, file.binding)
    file.binding.attach(null)
    own.destroy()
    others.destroy()
    this.edges.show([])
    this.shown = null
  }

  /** From here on nobody else changes these lines in the model, and half words are not sent. */
  private composes(): void {
    clearTimeout(this.composedTimer)
    // A word right after the last one: what waits for this line goes on waiting.
    if (this.composedIn !== this.editor.getPosition()?.lineNumber) this.composed()
    const lines = this.editor.getSelection()
    if (!lines) return
    this.composedIn = lines.startLineNumber
    this.session.hold()
    this.shown?.file.binding.hold(lines.startLineNumber, lines.endLineNumber)
  }

  private composed(): void {
    clearTimeout(this.composedTimer)
    this.composedIn = null
    this.session.release()
    this.shown?.file.binding.letGo()
  }

  private onSelection(event: monaco.editor.ICursorSelectionChangedEvent): void {
    const shown = this.shown
    if (!shown || this.othersWrite) return
    if (event.reason === monaco.editor.CursorChangeReason.Explicit) this.breakUndo()
    shown.own.queue()
  }

  private onKey(event: monaco.IKeyboardEvent): void {
    const { KeyCode } = monaco
    const modifier = [KeyCode.Shift, KeyCode.Ctrl, KeyCode.Alt, KeyCode.Meta]
    const command = event.keyCode >= KeyCode.F1 && event.keyCode <= KeyCode.F12
    if (modifier.includes(event.keyCode) || command || (event.altKey && event.shiftKey)) return
    this.tookPlace()
  }

  private tookPlace(): void {
    this.acted()
    if (this.hasCaret) return
    this.hasCaret = true
    this.shown?.own.queue()
  }

  private acted(): void {
    this.lastActAt = Date.now()
    this.session.acted()
  }
}
