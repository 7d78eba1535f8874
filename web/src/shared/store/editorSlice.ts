import { createSlice, type PayloadAction } from '@reduxjs/toolkit'

export const THEMES = ['dark', 'light', 'hc-dark', 'hc-light'] as const
export type Theme = (typeof THEMES)[number]

export function isTheme(value: unknown): value is Theme {
  return THEMES.some((theme) => theme === value)
}

export const isDark = (theme: Theme): boolean => theme === 'dark' || theme === 'hc-dark'

export interface Caret {
  line: number
  column: number
  /** Characters selected; 0 for a bare caret. */
  selected: number
}

/** What a step of indentation is; size counts for spaces. */
export interface Indent {
  tabs: boolean
  size: number
}

export interface EditorState {
  theme: Theme
  caret: Caret
  /** The text has the keys. */
  focused: boolean
  /** Of the file that is shown. */
  indent: Indent
}

const initialState: EditorState = {
  theme: 'dark',
  caret: { line: 1, column: 1, selected: 0 },
  focused: false,
  indent: { tabs: false, size: 4 },
}

const editorSlice = createSlice({
  name: 'editor',
  initialState,
  reducers: {
    themeSet: (state, action: PayloadAction<Theme>) => {
      state.theme = action.payload
    },
    focusChanged: (state, action: PayloadAction<boolean>) => {
      state.focused = action.payload
    },
    caretMoved: (state, action: PayloadAction<Caret>) => {
      state.caret = action.payload
    },
    indentFound: (state, action: PayloadAction<Indent>) => {
      state.indent = action.payload
    },
  },
})

export const { themeSet, focusChanged, caretMoved, indentFound } = editorSlice.actions
export const editorReducer = editorSlice.reducer
