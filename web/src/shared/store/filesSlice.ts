import { createSlice, type PayloadAction } from '@reduxjs/toolkit'

export interface FileItem {
  id: string
  name: string
  language: string
}

export interface FilesState {
  list: FileItem[]
  /** The file this window shows. */
  current: string
}

const initialState: FilesState = { list: [], current: 'main' }

const filesSlice = createSlice({
  name: 'files',
  initialState,
  reducers: {
    filesChanged: (state, action: PayloadAction<FileItem[]>) => {
      state.list = action.payload
    },
    fileShown: (state, action: PayloadAction<string>) => {
      state.current = action.payload
    },
  },
})

export const { filesChanged, fileShown } = filesSlice.actions
export const filesReducer = filesSlice.reducer
