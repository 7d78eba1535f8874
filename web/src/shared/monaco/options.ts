import type { SettingsState } from '../store/settingsSlice'
import type { monaco } from './monaco'

export const EDITOR_OPTIONS: monaco.editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  tabSize: 4,
  insertSpaces: true,
  detectIndentation: false,
  fontFamily:
    'ui-monospace, "SF Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  scrollBeyondLastLine: false,
  // Air for four digits.
  lineNumbersMinChars: 5,
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
  // `showWords` also hides what has no kind of its own. What is selected is `Suggestions`' to say.
  suggest: {
    snippetsPreventQuickSuggestions: false,
    showWords: true,
    selectionMode: 'never',
    localityBonus: false,
  },
  // Peers could hide meaning in look-alike characters; Monaco points them out.
  unicodeHighlight: { nonBasicASCII: false },
  // The two separators are letters here, and nobody is asked about them.
  unusualLineTerminators: 'off',
  // "#add" in a comment is no colour.
  colorDecorators: false,
  defaultColorDecorators: 'never',
  bracketPairColorization: { enabled: false },
  ariaLabel: 'Code of the room',
  placeholder: 'Type Python, or drop a .py file. Everyone with the link sees it as you type.',
  accessibilitySupport: 'auto',
  // Monaco's menus find their colours only outside a shadow root.
  useShadowDOM: false,
  // The page drops files by itself; text is dragged rarely and by mistake.
  dropIntoEditor: { enabled: false },
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
}

const stillness = matchMedia('(prefers-reduced-motion: reduce)')

/** What a person chooses, and on narrow windows no line goes off the screen; lines are half as high again as the letters. */
export function optionsOf(settings: SettingsState, narrow: boolean): monaco.editor.IEditorOptions {
  return {
    fontSize: settings.fontSize,
    lineHeight: Math.round(settings.fontSize * 1.5),
    wordWrap: settings.wordWrap || narrow ? 'on' : 'off',
    cursorBlinking: stillness.matches ? 'solid' : 'blink',
    minimap: { enabled: settings.minimap, renderCharacters: false },
  }
}
