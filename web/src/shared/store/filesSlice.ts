import { createSlice, type PayloadAction } from '@reduxjs/toolkit'

export interface FileItem {
  id: string
  name: string
  language: string
}

export interface DeletedItem extends FileItem {
  /** Who deleted it and when, in ms since 1970; '' and 0: not known. */
  by: string
  at: number
}

export interface FilesState {
  list: FileItem[]
  /** How many there are beyond the limit of the list. */
  unlisted: number
  /** The last deleted first. */
  deleted: readonly DeletedItem[]
  /** The file this window shows. */
  current: string
  /** Those that have a tab, in the order in which they were opened; some may be gone from the list. */
  open: string[]
  /** A name for a new file is being typed. */
  naming: boolean
}

const initialState: FilesState = {
  list: [],
  unlisted: 0,
  deleted: [],
  current: 'main',
  open: [],
  naming: false,
}

const filesSlice = createSlice({
  name: 'files',
  initialState,
  reducers: {
    filesSeen: (state, action: PayloadAction<Omit<FilesState, 'naming' | 'open'>>) => {
      Object.assign(state, action.payload)
      const { current } = action.payload
      if (!state.open.includes(current)) state.open.push(current)
    },
    tabsRead: (state, action: PayloadAction<string[]>) => {
      state.open = action.payload
    },
    fileClosed: (state, action: PayloadAction<string>) => {
      state.open = state.open.filter((id) => id !== action.payload)
    },
    newFileNaming: (state, action: PayloadAction<boolean>) => {
      state.naming = action.payload
    },
  },
})

export const { filesSeen, tabsRead, fileClosed, newFileNaming } = filesSlice.actions
export const filesReducer = filesSlice.reducer

/** The file in view: what is deleted is shown as well. */
export function fileInView({ list, deleted, current }: FilesState): FileItem | undefined {
  const isCurrent = ({ id }: FileItem) => id === current
  return list.find(isCurrent) ?? deleted.find(isCurrent)
}
