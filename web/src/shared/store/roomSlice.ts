import { createSlice, type PayloadAction } from '@reduxjs/toolkit'

/** connecting: first tries · live: synced · offline: tried and failed, trying on · closed: final */
export type Link = 'connecting' | 'live' | 'offline' | 'closed'
export type Problem = 'not-found' | 'no-access' | 'deleted'

export interface Peer {
  clientId: number
  name: string
  color: number
  self: boolean
  line: number | null
}

export interface RoomState {
  id: string
  name: string
  link: Link
  /** The server confirms what it has stored, so "Saved" may be said. */
  confirms: boolean
  /** Edits of this window that are not known to be stored. */
  waiting: number
  peers: Peer[]
  problem: Problem | null
  notice: string
  readOnly: boolean
}

const initialState: RoomState = {
  id: '',
  name: '',
  link: 'connecting',
  confirms: false,
  waiting: 0,
  peers: [],
  problem: null,
  notice: '',
  readOnly: false,
}

const roomSlice = createSlice({
  name: 'room',
  initialState,
  reducers: {
    entered: (_state, action: PayloadAction<string>) => ({ ...initialState, id: action.payload }),
    renamed: (state, action: PayloadAction<string>) => {
      state.name = action.payload
    },
    linkChanged: (
      state,
      action: PayloadAction<Pick<RoomState, 'link' | 'confirms' | 'waiting'>>,
    ) => {
      Object.assign(state, action.payload)
    },
    peersChanged: (state, action: PayloadAction<Peer[]>) => {
      state.peers = action.payload
    },
    failed: (state, action: PayloadAction<Problem>) => {
      state.problem = action.payload
    },
    roleChanged: (state, action: PayloadAction<string>) => {
      state.readOnly = action.payload === 'viewer'
    },
    noticed: (state, action: PayloadAction<string>) => {
      state.notice = action.payload
    },
  },
})

export const { entered, renamed, linkChanged, peersChanged, failed, noticed, roleChanged } =
  roomSlice.actions
export const roomReducer = roomSlice.reducer
