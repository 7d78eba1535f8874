import { useAppSelector } from '../../shared/store/hooks'
import { dialogShown } from '../../shared/store/layoutSlice'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { Part, PieceProps } from '../part'
import { KeySheet } from './KeySheet'
import { Palette } from './Palette'

function PaletteButton({ room }: PieceProps) {
  return (
    <Button
      look="quiet"
      shape="square"
      aria-label="Commands"
      title="Commands (F1)"
      onClick={() => room.store.dispatch(dialogShown('palette'))}
    >
      <Icon name="command" />
    </Button>
  )
}

function Dialogs({ room }: PieceProps) {
  const open = useAppSelector((state) => state.layout.dialog)
  const close = () => room.store.dispatch(dialogShown(null))
  if (open === 'palette')
    return <Palette commands={room.commands().filter(({ off }) => !off)} onClose={close} />
  if (open === 'keys') return <KeySheet commands={room.commands()} onClose={close} />
  return null
}

export const commands: Part = {
  pieces: { tools: PaletteButton, page: Dialogs },
  commands: ({ store }) => [
    {
      id: 'palette',
      group: 'Room',
      label: 'Commands',
      keys: 'F1',
      run: () => store.dispatch(dialogShown('palette')),
    },
    {
      id: 'keys',
      group: 'Room',
      label: 'Keys',
      words: 'shortcuts help',
      keys: '?',
      run: () => store.dispatch(dialogShown('keys')),
    },
  ],
}
