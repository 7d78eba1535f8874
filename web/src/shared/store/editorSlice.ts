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

export interface EditorState {
  theme: Theme
  caret: Caret
}

const initialState: EditorState = {
  theme: 'dark',
  caret: { line: 1, column: 1, selected: 0 },
}

const editorSlice = createSlice({
  name: 'editor',
  initialState,
  reducers: {
    themeSet: (state, action: PayloadAction<Theme>) => {
      state.theme = action.payload
    },
    caretMoved: (state, action: PayloadAction<Caret>) => {
      state.caret = action.payload
    },
  },
})

export const { themeSet, caretMoved } = editorSlice.actions
export const editorReducer = editorSlice.reducer
