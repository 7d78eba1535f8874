import { lazy, Suspense } from 'react'
import { Palette } from '../features/commands/Palette'
import type { Command } from '../shared/lib/command'
import { useAppDispatch } from '../shared/store/hooks'
import type { DialogName } from './commands'
import { chooseTheme } from './theme'

const loadKeys = () => import('../features/commands/KeySheet')
const loadSettings = () => import('../features/settings/SettingsDialog')
const loadRoom = () => import('../features/room/RoomDialog')
const KeySheet = lazy(loadKeys)
const SettingsDialog = lazy(loadSettings)
const RoomDialog = lazy(loadRoom)

export const loadDialogs = () => Promise.all([loadKeys(), loadSettings(), loadRoom()])

interface Props {
  open: DialogName | null
  commands: () => readonly Command[]
  onClose: () => void
}

/**
 * What opens over the room. Not fetched with the page, but for the palette: who opens it types on at
 * once, and the first letters must not go into the text.
 */
export function RoomDialogs({ open, commands, onClose }: Props) {
  const dispatch = useAppDispatch()
  if (!open) return null
  return (
    <Suspense fallback={null}>
      {open === 'palette' && <Palette commands={commands()} onClose={onClose} />}
      {open === 'keys' && <KeySheet commands={commands()} onClose={onClose} />}
      {open === 'settings' && (
        <SettingsDialog onTheme={(theme) => chooseTheme({ dispatch }, theme)} onClose={onClose} />
      )}
      {open === 'room' && <RoomDialog onClose={onClose} />}
    </Suspense>
  )
}
