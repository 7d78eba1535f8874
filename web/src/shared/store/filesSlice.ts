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
  /** A name for a new file is being typed. */
  naming: boolean
}

const initialState: FilesState = { list: [], current: 'main', naming: false }

const filesSlice = createSlice({
  name: 'files',
  initialState,
  reducers: {
    filesSeen: (state, action: PayloadAction<Pick<FilesState, 'list' | 'current'>>) => {
      Object.assign(state, action.payload)
    },
    newFileNaming: (state, action: PayloadAction<boolean>) => {
      state.naming = action.payload
    },
  },
})

export const { filesSeen, newFileNaming } = filesSlice.actions
export const filesReducer = filesSlice.reducer
