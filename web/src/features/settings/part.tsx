import { useAppSelector } from '../../shared/store/hooks'
import { dialogShown } from '../../shared/store/layoutSlice'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import { ThemeButton } from '../../shared/ui/ThemeButton'
import type { Part, PieceProps } from '../part'
import { settingCommands } from './commands'
import { SettingsDialog } from './SettingsDialog'

function Tools({ room }: PieceProps) {
  return (
    <>
      <Button
        look="quiet"
        shape="square"
        className="wide-only"
        aria-label="Settings"
        title="Settings"
        onClick={() => room.store.dispatch(dialogShown('settings'))}
      >
        <Icon name="settings" />
      </Button>
      <ThemeButton className="wide-only" />
    </>
  )
}

function Dialog({ room }: PieceProps) {
  const open = useAppSelector((state) => state.layout.dialog === 'settings')
  return open && <SettingsDialog onClose={() => room.store.dispatch(dialogShown(null))} />
}

export const settings: Part = {
  pieces: { tools: Tools, page: Dialog },
  commands: settingCommands,
}
