import { lazy, Suspense } from 'react'
import type { Command } from '../shared/lib/command'
import { useAppDispatch } from '../shared/store/hooks'
import type { DialogName } from './commands'
import { chooseTheme } from './theme'

const Palette = lazy(() => import('../features/commands/Palette'))
const KeySheet = lazy(() => import('../features/commands/KeySheet'))
const SettingsDialog = lazy(() => import('../features/settings/SettingsDialog'))
const RoomDialog = lazy(() => import('../features/room/RoomDialog'))

interface Props {
  open: DialogName | null
  commands: () => readonly Command[]
  onClose: () => void
}

/** What opens over the room; none of it is fetched before somebody asks for it. */
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
