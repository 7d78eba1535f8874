import type * as Monaco from 'monaco-editor/editor'
import type { Theme } from '../store/editorSlice'

/**
 * The editor's colours, matched to the page's tokens. Each kind of word has a hue of its own at one
 * lightness (L* 78 on dark, 38 on light) and low chroma: people's carets stay the only saturated
 * thing in sight.
 */
interface Palette {
  base: 'vs' | 'vs-dark'
  background: string
  raised: string
  line: string
  text: string
  muted: string
  faint: string
  selection: string
  focus: string
  keyword: string
  string: string
  number: string
  comment: string
  function: string
  type: string
  builtin: string
  decorator: string
  parameter: string
  people: readonly string[]
}

const DARK: Palette = {
  base: 'vs-dark',
  background: '#14161a',
  raised: '#22262d',
  line: '#2c313a',
  text: '#e7e9ed',
  muted: '#9aa2af',
  faint: '#636b79',
  selection: '#343b47',
  focus: '#e7e9ed',
  keyword: 'ceb8ea',
  string: 'a4cb9f',
  number: 'e0bb8f',
  comment: '8b93a0',
  function: '97c5f4',
  type: '77cfcd',
  builtin: '7bcce9',
  decorator: 'efafcb',
  parameter: 'f0b39b',
  people: ['#ff9d76', '#7dd3fc', '#a3e635', '#f0abfc', '#fde047', '#5eead4', '#fda4af', '#c4b5fd'],
}

const LIGHT: Palette = {
  base: 'vs',
  background: '#fbfbfa',
  raised: '#ffffff',
  line: '#deded9',
  text: '#1c1e21',
  muted: '#5d636c',
  faint: '#8d929a',
  selection: '#dcdcd6',
  focus: '#1c1e21',
  keyword: '664f88',
  string: '346432',
  number: '76531f',
  comment: '6b7079',
  function: '005f90',
  type: '106463',
  builtin: '1e6175',
  decorator: '8a4164',
  parameter: '87492f',
  people: ['#c2410c', '#0369a1', '#4d7c0f', '#a21caf', '#a16207', '#0f766e', '#be123c', '#6d28d9'],
}

function themeData(p: Palette): Monaco.editor.IStandaloneThemeData {
  const people = Object.fromEntries(p.people.map((color, i) => [`tandem.person${i}`, color]))
  return {
    base: p.base,
    inherit: true,
    rules: [
      { token: '', foreground: p.text.slice(1) },
      { token: 'keyword', foreground: p.keyword },
      { token: 'string', foreground: p.string },
      { token: 'string.escape', foreground: p.number },
      { token: 'number', foreground: p.number },
      { token: 'comment', foreground: p.comment, fontStyle: 'italic' },
      { token: 'function', foreground: p.function },
      { token: 'type', foreground: p.type },
      { token: 'builtin', foreground: p.builtin },
      { token: 'decorator', foreground: p.decorator },
      { token: 'variable.parameter', foreground: p.parameter },
      { token: 'variable.self', foreground: p.parameter, fontStyle: 'italic' },
      { token: 'operator', foreground: p.muted.slice(1) },
      { token: 'delimiter', foreground: p.muted.slice(1) },
    ],
    colors: {
      ...people,
      'editor.background': p.background,
      'editor.foreground': p.text,
      'editorGutter.background': p.background,
      'editorLineNumber.foreground': p.faint,
      'editorLineNumber.activeForeground': p.text,
      'editorCursor.foreground': p.text,
      'editor.selectionBackground': p.selection,
      'editor.inactiveSelectionBackground': p.selection,
      'editor.lineHighlightBackground': '#00000000',
      'editor.lineHighlightBorder': '#00000000',
      'editorIndentGuide.background1': p.line,
      'editorIndentGuide.activeBackground1': p.faint,
      'editorWidget.background': p.raised,
      'editorWidget.border': p.line,
      'editorSuggestWidget.background': p.raised,
      'editorSuggestWidget.border': p.line,
      'editorSuggestWidget.selectedBackground': p.selection,
      'editorSuggestWidget.selectedForeground': p.text,
      'editorSuggestWidget.highlightForeground': p.text,
      'editorSuggestWidget.focusHighlightForeground': p.text,
      'editorHoverWidget.background': p.raised,
      'editorBracketMatch.background': p.selection,
      'editorBracketMatch.border': '#00000000',
      'editorBracketHighlight.foreground1': p.muted,
      'editorBracketHighlight.foreground2': p.muted,
      'editorBracketHighlight.foreground3': p.muted,
      'editorOverviewRuler.border': '#00000000',
      'editorOverviewRuler.bracketMatchForeground': '#00000000',
      'editor.placeholder.foreground': p.muted,
      'scrollbar.shadow': '#00000000',
      focusBorder: p.focus,
      'input.background': p.background,
      'input.border': p.line,
      'list.hoverBackground': p.selection,
      'menu.background': p.raised,
    },
  }
}

/** High contrast is Monaco's own; only the people are ours. */
function highContrast(base: 'hc-black' | 'hc-light'): Monaco.editor.IStandaloneThemeData {
  const { people } = base === 'hc-black' ? DARK : LIGHT
  const colors = people.map((color, i) => [`tandem.person${i}`, color])
  return { base, inherit: true, rules: [], colors: Object.fromEntries(colors) }
}

export const monacoTheme = (theme: Theme): string => `tandem-${theme}`

export function defineThemes(monaco: typeof Monaco): void {
  monaco.editor.defineTheme(monacoTheme('dark'), themeData(DARK))
  monaco.editor.defineTheme(monacoTheme('light'), themeData(LIGHT))
  monaco.editor.defineTheme(monacoTheme('hc-dark'), highContrast('hc-black'))
  monaco.editor.defineTheme(monacoTheme('hc-light'), highContrast('hc-light'))
}

const syntaxOf = (p: Palette) => ({
  keyword: p.keyword,
  string: p.string,
  number: p.number,
  comment: p.comment,
  function: p.function,
  type: p.type,
  builtin: p.builtin,
  decorator: p.decorator,
  parameter: p.parameter,
})

/** The colours of words, as "rrggbb", for whoever draws code without the editor. */
export const SYNTAX = { dark: syntaxOf(DARK), light: syntaxOf(LIGHT) }
