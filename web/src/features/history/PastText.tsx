import { useEffect, useRef } from 'react'
import type { LineChange } from '../../collab/line-difference'
import { textDifference } from '../../collab/text-difference'
import { placesAfter, type TextEdit } from '../../collab/timeline'
import { useNarrow } from '../../shared/lib/narrow'
import { monaco } from '../../shared/monaco/monaco'
import { EDITOR_OPTIONS, optionsOf } from '../../shared/monaco/options'
import styles from '../../shared/monaco/pane.module.css'
import { defineThemes, monacoTheme } from '../../shared/monaco/themes'
import { paddingBelow, useTopPadding } from '../../shared/monaco/top-padding'
import { useAppSelector } from '../../shared/store/hooks'
import './past.css'
import { PastChanges } from './past-changes'

interface Props {
  text: string
  language: string
  /** What the moment changed, to be marked in the colour of who did it. */
  edits: readonly TextEdit[]
  color: number
  /** What restoring this text would change, to be shown in it; null: nothing is shown. */
  changes: readonly LineChange[] | null
}

type Editor = monaco.editor.IStandaloneCodeEditor
type Decorations = monaco.editor.IEditorDecorationsCollection

interface Shown {
  editor: Editor
  marks: Decorations
  changes: PastChanges
}

function show(editor: Editor, text: string): void {
  const model = editor.getModel()
  const difference = model && textDifference(model.getValue(), text)
  if (!difference) return
  const { at, removed, inserted } = difference
  const range = monaco.Range.fromPositions(
    model.getPositionAt(at),
    model.getPositionAt(at + removed.length),
  )
  model.applyEdits([{ range, text: inserted }])
}

/** Marks what was written, and where something went; brings the last of it into view. */
function mark(editor: Editor, marks: Decorations, edits: readonly TextEdit[], color: number): void {
  const model = editor.getModel()
  if (!model) return
  const ranges = placesAfter(edits).map(({ at, length }) =>
    monaco.Range.fromPositions(model.getPositionAt(at), model.getPositionAt(at + length)),
  )
  marks.set(
    ranges.map((range) => ({
      range,
      options: range.isEmpty()
        ? { beforeContentClassName: `past-gone person-${color % 8}` }
        : { className: `past-written person-${color % 8}` },
    })),
  )
  const last = ranges.at(-1)
  if (last) editor.revealRangeInCenterIfOutsideViewport(last, monaco.editor.ScrollType.Immediate)
}

/** A text of the past: it can be read, searched and copied, and not written. */
export default function PastText(props: Props) {
  const { text, language, edits, color, changes } = props
  const theme = useAppSelector((state) => state.editor.theme)
  const settings = useAppSelector((state) => state.settings)
  const narrow = useNarrow()
  const barHeight = useAppSelector((state) => state.layout.barHeight)
  const element = useRef<HTMLDivElement>(null)
  const shown = useRef<Shown>(null)
  const barAtFirst = useRef(barHeight)

  useEffect(() => {
    if (!element.current) return
    defineThemes(monaco)
    const model = monaco.editor.createModel('', 'plaintext')
    model.setEOL(monaco.editor.EndOfLineSequence.LF)
    const editor = monaco.editor.create(element.current, {
      model,
      ...EDITOR_OPTIONS,
      padding: paddingBelow(barAtFirst.current),
      readOnly: true,
      domReadOnly: true,
      placeholder: '',
      ariaLabel: 'Code at this moment',
    })
    shown.current = {
      editor,
      marks: editor.createDecorationsCollection(),
      changes: new PastChanges(editor),
    }
    return () => {
      shown.current = null
      editor.dispose()
      model.dispose()
    }
  }, [])
  useEffect(() => monaco.editor.setTheme(monacoTheme(theme)), [theme])
  useEffect(() => {
    shown.current?.editor.updateOptions({
      ...optionsOf(settings, narrow),
      minimap: { enabled: false },
    })
  }, [settings, narrow])
  useEffect(() => {
    const model = shown.current?.editor.getModel()
    if (model) monaco.editor.setModelLanguage(model, language)
  }, [language])
  useEffect(() => {
    if (!shown.current) return
    show(shown.current.editor, text)
    mark(shown.current.editor, shown.current.marks, edits, color)
  }, [text, edits, color])
  useEffect(() => shown.current?.changes.show(changes ?? []), [changes])
  useTopPadding(() => shown.current?.editor, barHeight)

  return (
    <div className={styles.pane}>
      <div className={styles.host} ref={element} />
    </div>
  )
}
