import { useEffect, useRef } from 'react'
import { MonacoBinding } from '../../collab/monaco-binding'
import type { Session } from '../../collab/session'
import { caretMoved, type Theme } from '../../shared/store/editorSlice'
import { useAppDispatch } from '../../shared/store/hooks'
import { registerCompletion } from './completion'
import styles from './EditorPane.module.css'
import './remote.css'
import { monaco } from './monaco'
import { defineThemes, monacoTheme } from './themes'

interface Props {
  session: Session
  theme: Theme
  readOnly: boolean
  onLines: (lines: ReadonlyMap<number, number>) => void
}

const OPTIONS: monaco.editor.IStandaloneEditorConstructionOptions = {
  language: 'python',
  automaticLayout: true,
  tabSize: 4,
  insertSpaces: true,
  detectIndentation: false,
  fontSize: 14,
  lineHeight: 21,
  fontFamily:
    'ui-monospace, "SF Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  padding: { top: 20, bottom: 48 },
  lineNumbersMinChars: 3,
  glyphMargin: false,
  folding: false,
  lineDecorationsWidth: 14,
  renderLineHighlight: 'none',
  overviewRulerLanes: 3,
  // The ruler belongs to the others.
  hideCursorInOverviewRuler: true,
  occurrencesHighlight: 'off',
  fixedOverflowWidgets: true,
  smoothScrolling: false,
  wordBasedSuggestions: 'off',
  suggest: { snippetsPreventQuickSuggestions: false, showWords: false },
  // Peers could hide meaning in look-alike characters; Monaco points them out.
  unicodeHighlight: { nonBasicASCII: false },
  bracketPairColorization: { enabled: false },
  ariaLabel: 'Code of the room',
  placeholder: 'Type Python. Everyone with the link sees it as you type.',
  accessibilitySupport: 'auto',
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
}

/** The stage. Monaco owns this element; React only brings it up and takes it down. */
export default function EditorPane({ session, theme, readOnly, onLines }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const dispatch = useAppDispatch()
  const shown = useRef<monaco.editor.IStandaloneCodeEditor>(null)
  const lines = useRef(onLines)
  lines.current = onLines

  useEffect(() => {
    if (!host.current) return
    registerCompletion()
    defineThemes(monaco)
    const model = monaco.editor.createModel('', 'python')
    const editor = monaco.editor.create(host.current, { ...OPTIONS, model })
    shown.current = editor
    const binding = new MonacoBinding(session, session.text, model, editor, (map) =>
      lines.current(map),
    )
    const selection = editor.onDidChangeCursorSelection(({ selection: s }) => {
      const selected = s.isEmpty() ? 0 : model.getValueLengthInRange(s)
      dispatch(caretMoved({ line: s.positionLineNumber, column: s.positionColumn, selected }))
    })
    editor.focus()
    performance.mark('editor-ready')
    return () => {
      selection.dispose()
      binding.destroy()
      editor.dispose()
      model.dispose()
    }
  }, [session, dispatch])

  useEffect(() => {
    defineThemes(monaco)
    monaco.editor.setTheme(monacoTheme(theme))
  }, [theme])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session has a new editor.
  useEffect(() => {
    shown.current?.updateOptions({ readOnly, domReadOnly: readOnly })
  }, [readOnly, session])

  return <div className={styles.host} ref={host} />
}
