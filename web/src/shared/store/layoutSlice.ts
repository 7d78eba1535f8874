import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { isRecord } from '../lib/guard'

/** What a pane may be wide, in px. */
export const LEFT_WIDTH = { min: 140, max: 420, normal: 200 }
export const RIGHT_WIDTH = { min: 220, max: 560, normal: 264 }

export interface LayoutState {
  leftOpen: boolean
  leftWidth: number
  rightOpen: boolean
  rightWidth: number
  rightTab: string
  /** Under 800 px: the one pane that is seen. `code` is the editor. */
  narrowTab: string
  /** What is open over the room: the name of a dialog. */
  dialog: string | null
  /** The room's past is shown, from this row of the log; seq null: from the newest. */
  past: { seq: number | null } | null
  /** Of the bar above the text, px; 0: there is none. */
  barHeight: number
}

const initialState: LayoutState = {
  leftOpen: true,
  leftWidth: LEFT_WIDTH.normal,
  rightOpen: true,
  rightWidth: RIGHT_WIDTH.normal,
  rightTab: 'people',
  narrowTab: 'code',
  dialog: null,
  past: null,
  barHeight: 0,
}

type Bounds = typeof LEFT_WIDTH

const within = (value: unknown, { min, max, normal }: Bounds): number =>
  typeof value === 'number' && Number.isFinite(value)
    ? Math.round(Math.min(max, Math.max(min, value)))
    : normal

/** What was remembered, whatever it holds. */
export function readLayout(raw: unknown): LayoutState {
  if (!isRecord(raw)) return initialState
  return {
    ...initialState,
    leftOpen: raw.leftOpen !== false,
    leftWidth: within(raw.leftWidth, LEFT_WIDTH),
    rightOpen: raw.rightOpen !== false,
    rightWidth: within(raw.rightWidth, RIGHT_WIDTH),
    rightTab: typeof raw.rightTab === 'string' ? raw.rightTab : initialState.rightTab,
  }
}

const layoutSlice = createSlice({
  name: 'layout',
  initialState,
  reducers: {
    layoutRead: (_state, action: PayloadAction<LayoutState>) => action.payload,
    leftToggled: (state) => {
      state.leftOpen = !state.leftOpen
    },
    leftShown: (state) => {
      state.leftOpen = true
    },
    leftResized: (state, action: PayloadAction<number>) => {
      state.leftWidth = within(action.payload, LEFT_WIDTH)
    },
    rightToggled: (state) => {
      state.rightOpen = !state.rightOpen
    },
    rightResized: (state, action: PayloadAction<number>) => {
      state.rightWidth = within(action.payload, RIGHT_WIDTH)
    },
    rightShown: (state, action: PayloadAction<string>) => {
      state.rightOpen = true
      state.rightTab = action.payload
    },
    narrowTabShown: (state, action: PayloadAction<string>) => {
      state.narrowTab = action.payload
    },
    dialogShown: (state, action: PayloadAction<string | null>) => {
      state.dialog = action.payload
    },
    pastShown: (state, action: PayloadAction<LayoutState['past']>) => {
      state.past = action.payload
    },
    barResized: (state, action: PayloadAction<number>) => {
      state.barHeight = action.payload
    },
  },
})

export const {
  layoutRead,
  leftToggled,
  leftShown,
  leftResized,
  rightToggled,
  rightResized,
  rightShown,
  narrowTabShown,
  dialogShown,
  pastShown,
  barResized,
} = layoutSlice.actions
export const layoutReducer = layoutSlice.reducer
