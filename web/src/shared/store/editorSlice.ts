import { createSlice, type PayloadAction } from '@reduxjs/toolkit'

export type Theme = 'dark' | 'light'

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
