import { useEffect, useRef } from 'react'
import { EditorHost } from '../../collab/editor-host'
import { announce } from '../../shared/lib/announce'
import { useNarrow } from '../../shared/lib/narrow'
import { monaco } from '../../shared/monaco/monaco'
import { EDITOR_OPTIONS, optionsOf } from '../../shared/monaco/options'
import styles from '../../shared/monaco/pane.module.css'
import { defineThemes, monacoTheme } from '../../shared/monaco/themes'
import { paddingBelow, useTopPadding } from '../../shared/monaco/top-padding'
import { caretMoved, focusChanged, indentFound } from '../../shared/store/editorSlice'
import { fileInView } from '../../shared/store/filesSlice'
import { useAppSelector } from '../../shared/store/hooks'
import { cannotWrite } from '../../shared/store/roomSlice'
import type { PieceProps, Room } from '../part'
import './remote.css'
import { makeApi, routePalette } from './editor-api'
import { startExtensions } from './extensions'
import { Indentation } from './indentation'
import { SuggestionList } from './suggestion-list'
import { useVim } from './useVim'

interface Shown {
  editor: monaco.editor.IStandaloneCodeEditor
  host: EditorHost
  /** Another file has another caret, and no event says so. */
  tellCaret: () => void
}

/** Makes the editor of a room, all that belongs to it, and its end. */
function open(element: HTMLElement, room: Room): Shown & { close: () => void } {
  const { session, store } = room
  const editor = monaco.editor.create(element, {
    ...EDITOR_OPTIONS,
    padding: paddingBelow(store.getState().layout.barHeight),
    model: null,
  })
  // With its option off it still marks words whenever another file is shown.
  editor.getContribution('editor.contrib.wordHighlighter')?.dispose()
  const suggestions = new SuggestionList(editor)
  const host = new EditorHost(session, editor, {
    onPeople: (people) => session.showLines(people),
    aroundEdit: (apply) => suggestions.around(apply),
  })
  const palette = routePalette(() => room.run('palette'))
  const tellCaret = () => {
    const s = editor.getSelection()
    if (!s) return
    const selected = s.isEmpty() ? 0 : (editor.getModel()?.getValueLengthInRange(s) ?? 0)
    store.dispatch(caretMoved({ line: s.positionLineNumber, column: s.positionColumn, selected }))
  }
  const selection = editor.onDidChangeCursorSelection(tellCaret)
  const focus = editor.onDidFocusEditorText(() => store.dispatch(focusChanged(true)))
  const blur = editor.onDidBlurEditorText(() => store.dispatch(focusChanged(false)))
  const indentation = new Indentation(editor, (indent) => store.dispatch(indentFound(indent)))
  room.editor = makeApi(editor, host, indentation)
  const endExtensions = startExtensions(editor, host, room)
  const close = () => {
    room.editor = null
    endExtensions()
    for (const each of [suggestions, indentation, selection, focus, blur, palette]) each.dispose()
    host.destroy()
    editor.dispose()
  }
  return { editor, host, tellCaret, close }
}

/** The stage. Monaco owns this element; React only brings it up and takes it down. */
export default function EditorPane({ room }: PieceProps) {
  const { session } = room
  const element = useRef<HTMLDivElement>(null)
  const vimBar = useRef<HTMLDivElement>(null)
  const shown = useRef<Shown>(null)
  const theme = useAppSelector((state) => state.editor.theme)
  const settings = useAppSelector((state) => state.settings)
  const narrow = useNarrow()
  const barHeight = useAppSelector((state) => state.layout.barHeight)
  const readOnly = useAppSelector(cannotWrite)
  const ready = useAppSelector((state) => state.room.ready)
  const fileId = useAppSelector((state) => state.files.current)
  const language = useAppSelector((state) => fileInView(state.files)?.language ?? 'plaintext')

  useEffect(() => {
    if (!element.current) return
    defineThemes(monaco)
    const opened = open(element.current, room)
    shown.current = opened
    return () => {
      shown.current = null
      opened.close()
    }
  }, [room])

  useEffect(() => {
    const at = shown.current
    if (!ready || !at) return
    const first = at.editor.getModel() === null
    at.host.showFile(fileId, language)
    at.tellCaret()
    if (!first) return
    // On arrival the text has the focus, unless somebody already went elsewhere.
    if (document.activeElement === document.body) at.editor.focus()
    performance.mark('editor-ready')
  }, [ready, fileId, language])

  const name = useAppSelector((state) => fileInView(state.files)?.name ?? '')
  const named = useRef('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session has a new editor.
  useEffect(() => {
    shown.current?.editor.updateOptions({ ariaLabel: `${name}, code of the room` })
    if (named.current !== '' && name !== named.current) announce(`${name} is open.`)
    named.current = name
  }, [name, session])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session has a new editor.
  useEffect(() => monaco.editor.setTheme(monacoTheme(theme)), [theme, session])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session has a new editor.
  useEffect(() => {
    shown.current?.editor.updateOptions({ readOnly, domReadOnly: readOnly })
  }, [readOnly, session])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session has a new editor.
  useEffect(() => {
    shown.current?.editor.updateOptions(optionsOf(settings, narrow))
    shown.current?.host.setTags(settings.nameTags)
  }, [settings, narrow, session])

  useTopPadding(() => shown.current?.editor, barHeight)
  useVim(settings.vim, session, () => shown.current, vimBar)

  return (
    <div className={styles.pane}>
      <div className={styles.host} ref={element} />
      <div className={styles.vim} ref={vimBar} hidden={!settings.vim} />
    </div>
  )
}
