import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { isRecord } from '../lib/guard'

export const FONT_SIZE = { min: 11, max: 24, normal: 14 }
export type NameTags = 'typing' | 'always' | 'never'

export interface SettingsState {
  fontSize: number
  wordWrap: boolean
  minimap: boolean
  vim: boolean
  /** When names stand beside the carets of others. */
  nameTags: NameTags
  /** Says, for ears, that somebody is on the same line. */
  sayNear: boolean
}

const initialState: SettingsState = {
  fontSize: FONT_SIZE.normal,
  wordWrap: false,
  minimap: false,
  vim: false,
  nameTags: 'typing',
  sayNear: false,
}

const fontSize = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value)
    ? Math.round(Math.min(FONT_SIZE.max, Math.max(FONT_SIZE.min, value)))
    : FONT_SIZE.normal

/** What was remembered, whatever it holds. */
export function readSettings(raw: unknown): SettingsState {
  if (!isRecord(raw)) return initialState
  const tags = raw.nameTags
  return {
    fontSize: fontSize(raw.fontSize),
    wordWrap: raw.wordWrap === true,
    minimap: raw.minimap === true,
    vim: raw.vim === true,
    sayNear: raw.sayNear === true,
    nameTags: tags === 'always' || tags === 'never' ? tags : 'typing',
  }
}

const settingsSlice = createSlice({
  name: 'settings',
  initialState,
  reducers: {
    settingsRead: (_state, action: PayloadAction<SettingsState>) => action.payload,
    settingChanged: (state, action: PayloadAction<Partial<SettingsState>>) =>
      readSettings({ ...state, ...action.payload }),
  },
})

export const { settingsRead, settingChanged } = settingsSlice.actions
export const settingsReducer = settingsSlice.reducer
