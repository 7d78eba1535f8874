import { KeySheet } from '../features/commands/KeySheet'
import { Palette } from '../features/commands/Palette'
import { RoomDialog } from '../features/room/RoomDialog'
import { SettingsDialog } from '../features/settings/SettingsDialog'
import type { Command } from '../shared/lib/command'
import { useAppDispatch } from '../shared/store/hooks'
import type { DialogName } from './commands'
import { chooseTheme } from './theme'

interface Props {
  open: DialogName | null
  commands: () => readonly Command[]
  onClose: () => void
}

/** What opens over the room. It came with the room: the server may be away when it is asked for. */
export function RoomDialogs({ open, commands, onClose }: Props) {
  const dispatch = useAppDispatch()
  if (!open) return null
  return (
    <>
      {open === 'palette' && <Palette commands={commands()} onClose={onClose} />}
      {open === 'keys' && <KeySheet commands={commands()} onClose={onClose} />}
      {open === 'settings' && (
        <SettingsDialog onTheme={(theme) => chooseTheme({ dispatch }, theme)} onClose={onClose} />
      )}
      {open === 'room' && <RoomDialog onClose={onClose} />}
    </>
  )
}
