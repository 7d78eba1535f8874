import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { isRecord } from '../lib/guard'

/** What a pane may be wide, in px. */
export const FILES_WIDTH = { min: 140, max: 420, normal: 200 }
export const PANEL_WIDTH = { min: 220, max: 560, normal: 264 }

export interface LayoutState {
  filesOpen: boolean
  filesWidth: number
  panelOpen: boolean
  panelWidth: number
  panelTab: string
  /** Under 800 px: the one pane that is seen. `code` is the editor. */
  narrowTab: string
}

const initialState: LayoutState = {
  filesOpen: true,
  filesWidth: FILES_WIDTH.normal,
  panelOpen: true,
  panelWidth: PANEL_WIDTH.normal,
  panelTab: 'people',
  narrowTab: 'code',
}

type Bounds = typeof FILES_WIDTH

const within = (value: unknown, { min, max, normal }: Bounds): number =>
  typeof value === 'number' && Number.isFinite(value)
    ? Math.round(Math.min(max, Math.max(min, value)))
    : normal

/** What was remembered, whatever it holds. */
export function readLayout(raw: unknown): LayoutState {
  if (!isRecord(raw)) return initialState
  return {
    filesOpen: raw.filesOpen !== false,
    filesWidth: within(raw.filesWidth, FILES_WIDTH),
    panelOpen: raw.panelOpen !== false,
    panelWidth: within(raw.panelWidth, PANEL_WIDTH),
    panelTab: typeof raw.panelTab === 'string' ? raw.panelTab : initialState.panelTab,
    narrowTab: 'code',
  }
}

const layoutSlice = createSlice({
  name: 'layout',
  initialState,
  reducers: {
    layoutRead: (_state, action: PayloadAction<LayoutState>) => action.payload,
    filesToggled: (state) => {
      state.filesOpen = !state.filesOpen
    },
    filesResized: (state, action: PayloadAction<number>) => {
      state.filesWidth = within(action.payload, FILES_WIDTH)
    },
    panelToggled: (state) => {
      state.panelOpen = !state.panelOpen
    },
    panelResized: (state, action: PayloadAction<number>) => {
      state.panelWidth = within(action.payload, PANEL_WIDTH)
    },
    panelShown: (state, action: PayloadAction<string>) => {
      state.panelOpen = true
      state.panelTab = action.payload
    },
    narrowTabShown: (state, action: PayloadAction<string>) => {
      state.narrowTab = action.payload
    },
  },
})

export const {
  layoutRead,
  filesToggled,
  filesResized,
  panelToggled,
  panelResized,
  panelShown,
  narrowTabShown,
} = layoutSlice.actions
export const layoutReducer = layoutSlice.reducer
