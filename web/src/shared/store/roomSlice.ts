import { createSlice, type PayloadAction } from '@reduxjs/toolkit'

/** connecting: first tries · live: synced · offline: tried and failed, trying on · closed: final */
export type Link = 'connecting' | 'live' | 'offline' | 'closed'
export type Problem = 'not-found' | 'no-access' | 'deleted'

/**
 * Why what is typed is not stored, though there is a connection. full, stalled: the server cannot write ·
 * refused: it took an edit for wrong or too much · slow: it has not answered for long
 */
export interface Unsaved {
  kind: 'full' | 'stalled' | 'refused' | 'slow'
  why: string
}

export interface Peer {
  clientId: number
  /** Numbers grow in the order in which people came; null where the server gives none. */
  session: number | null
  name: string
  color: number
  self: boolean
  /** The same for all windows of one person; null where the server tells none. */
  person: number | null
  /** Was here when the connection broke. */
  away: boolean
  role: string
  file: string
  line: number | null
  idle: boolean
  /** Shows what this window shows. */
  followsYou: boolean
}

export interface RoomState {
  id: string
  name: string
  link: Link
  /** The server confirms what it has stored, so "Saved" may be said. */
  confirms: boolean
  /** Edits of this window that are not known to be stored. */
  waiting: number
  unsaved: Unsaved | null
  peers: Peer[]
  problem: Problem | null
  notice: string
  readOnly: boolean
  /** This browser keeps a copy, as far as is known. */
  kept: boolean
  /** The text is here, so the editor may show it. */
  ready: boolean
  full: boolean
  /** HTTP reaches the server, WebSockets do not: a proxy, or an origin it does not know. */
  blocked: boolean
  /** The peer whose view this window shows. */
  following: number | null
  /** Somebody asked everyone to come, and this window was busy. */
  calledBy: { clientId: number; name: string } | null
  /** This person asked everyone to come, and looks who is here. */
  calling: boolean
  /** Messages of others that nobody here has looked at. */
  unread: number
  /** When the room goes if nobody uses it; null is never, undefined not known. */
  expiresAt: string | null | undefined
  /** This browser has the key that renames and deletes the room. */
  owned: boolean
}

const initialState: RoomState = {
  id: '',
  name: '',
  link: 'connecting',
  confirms: false,
  waiting: 0,
  unsaved: null,
  peers: [],
  problem: null,
  notice: '',
  readOnly: false,
  kept: true,
  ready: false,
  full: false,
  blocked: false,
  following: null,
  calledBy: null,
  calling: false,
  unread: 0,
  expiresAt: undefined,
  owned: false,
}

const roomSlice = createSlice({
  name: 'room',
  initialState,
  reducers: {
    entered: (_state, action: PayloadAction<string>) => ({ ...initialState, id: action.payload }),
    /** What the session shows has changed. */
    roomSeen: (state, action: PayloadAction<Partial<RoomState>>) => {
      Object.assign(state, action.payload)
    },
    noticed: (state, action: PayloadAction<string>) => {
      state.notice = action.payload
    },
  },
})

export const { entered, roomSeen, noticed } = roomSlice.actions
export const roomReducer = roomSlice.reducer

/** Nothing can be written: by role, because the text is not here yet, or because the room is gone. */
export const cannotWrite = ({ room }: { room: RoomState }): boolean =>
  room.readOnly || !room.ready || room.problem !== null
