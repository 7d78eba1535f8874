import { useEffect, useRef } from 'react'
import type { Whereabouts } from '../../collab/edge-marks'
import { EditorHost } from '../../collab/editor-host'
import type { Session } from '../../collab/session'
import { caretMoved, type Theme } from '../../shared/store/editorSlice'
import { useAppDispatch, useAppSelector } from '../../shared/store/hooks'
import type { SettingsState } from '../../shared/store/settingsSlice'
import styles from './EditorPane.module.css'
import './remote.css'
import { type EditorApi, makeApi, routePalette } from './editor-api'
import { showLineAuthors } from './line-authors'
import { monaco } from './monaco'
import { EDITOR_OPTIONS, optionsOf } from './options'
import { guardPaste } from './paste'
import { SuggestionList } from './suggestion-list'
import { defineThemes, monacoTheme } from './themes'
import { paddingBelow, useTopPadding } from './top-padding'
import { useVim } from './useVim'

interface Props {
  session: Session
  theme: Theme
  settings: SettingsState
  readOnly: boolean
  /** Of the bar above this pane; 0: there is none. */
  barHeight: number
  onPeople: (people: readonly Whereabouts[]) => void
  /** For the palette and the keys; null when the editor is gone. */
  onApi: (api: EditorApi | null) => void
  onPalette: () => void
  /** A paste that is too long for the text: it may become a file. */
  onLongPaste: (text: string, bytes: number) => void
}

interface Shown {
  editor: monaco.editor.IStandaloneCodeEditor
  host: EditorHost
}

/** The stage. Monaco owns this element; React only brings it up and takes it down. */
export default function EditorPane(props: Props) {
  const { session, theme, settings, readOnly, barHeight } = props
  const element = useRef<HTMLDivElement>(null)
  const vimBar = useRef<HTMLDivElement>(null)
  const shown = useRef<Shown>(null)
  const latest = useRef(props)
  latest.current = props
  const dispatch = useAppDispatch()
  const ready = useAppSelector((state) => state.room.ready)
  const fileId = useAppSelector((state) => state.files.current)
  const language = useAppSelector(
    (state) => state.files.list.find((file) => file.id === fileId)?.language ?? 'plaintext',
  )

  useEffect(() => {
    if (!element.current) return
    defineThemes(monaco)
    const editor = monaco.editor.create(element.current, {
      ...EDITOR_OPTIONS,
      padding: paddingBelow(latest.current.barHeight),
      model: null,
    })
    // With its option off it still marks words whenever another file is shown.
    editor.getContribution('editor.contrib.wordHighlighter')?.dispose()
    const suggestions = new SuggestionList(editor)
    const host = new EditorHost(session, editor, {
      onPeople: (people) => latest.current.onPeople(people),
      aroundEdit: (apply) => suggestions.around(apply),
    })
    shown.current = { editor, host }
    const palette = routePalette(() => latest.current.onPalette())
    const paste = guardPaste(element.current, (text, bytes) =>
      latest.current.onLongPaste(text, bytes),
    )
    const selection = editor.onDidChangeCursorSelection(({ selection: s }) => {
      const selected = s.isEmpty() ? 0 : (editor.getModel()?.getValueLengthInRange(s) ?? 0)
      dispatch(caretMoved({ line: s.positionLineNumber, column: s.positionColumn, selected }))
    })
    const authors = showLineAuthors(editor, session, host)
    latest.current.onApi(makeApi(editor, host, session))
    return () => {
      latest.current.onApi(null)
      shown.current = null
      authors.dispose()
      selection.dispose()
      palette.dispose()
      paste.dispose()
      suggestions.dispose()
      host.destroy()
      editor.dispose()
    }
  }, [session, dispatch])

  useEffect(() => {
    const at = shown.current
    if (!ready || !at) return
    const first = at.editor.getModel() === null
    at.host.showFile(fileId, language)
    if (!first) return
    // On arrival the text has the focus, unless somebody already went elsewhere.
    if (document.activeElement === document.body) at.editor.focus()
    performance.mark('editor-ready')
  }, [ready, fileId, language])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session has a new editor.
  useEffect(() => monaco.editor.setTheme(monacoTheme(theme)), [theme, session])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session has a new editor.
  useEffect(() => {
    shown.current?.editor.updateOptions({ readOnly, domReadOnly: readOnly })
  }, [readOnly, session])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session has a new editor.
  useEffect(() => {
    shown.current?.editor.updateOptions(optionsOf(settings))
    shown.current?.host.setTags(settings.nameTags)
  }, [settings, session])

  useTopPadding(() => shown.current?.editor, barHeight)
  useVim(settings.vim, session, () => shown.current?.editor ?? null, vimBar)

  return (
    <div className={styles.pane}>
      <div className={styles.host} ref={element} />
      <div className={styles.vim} ref={vimBar} hidden={!settings.vim} />
    </div>
  )
}
