import { configureStore } from '@reduxjs/toolkit'
import { editorReducer } from './editorSlice'
import { filesReducer } from './filesSlice'
import { layoutReducer } from './layoutSlice'
import { roomReducer } from './roomSlice'
import { settingsReducer } from './settingsSlice'

/** What the chrome shows. Never the text: that lives in the Yjs document and the editor's model. */
export function makeStore() {
  return configureStore({
    reducer: {
      room: roomReducer,
      editor: editorReducer,
      files: filesReducer,
      layout: layoutReducer,
      settings: settingsReducer,
    },
  })
}

export type AppStore = ReturnType<typeof makeStore>
export type RootState = ReturnType<AppStore['getState']>
export type AppDispatch = AppStore['dispatch']
