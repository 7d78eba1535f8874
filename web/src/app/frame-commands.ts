import type { Room } from '../features/part'
import type { Command } from '../shared/lib/command'
import { leftToggled, rightToggled } from '../shared/store/layoutSlice'
import { leftPanelOf } from './panels'
import { cycleRegion } from './regions'

/** What the frame itself can do, whatever the features are. */
export function frameCommands({ store, editor, parts }: Room): Command[] {
  const left = leftPanelOf(parts)
  const commands: Command[] = [
    {
      id: 'region',
      group: 'View',
      label: 'Next pane',
      words: 'part region focus',
      keys: 'F6',
      run: () => cycleRegion(false, () => editor?.focus()),
    },
    {
      id: 'right-pane',
      group: 'View',
      label: 'Show or hide the side panel',
      keys: 'Alt+Shift+P',
      run: () => store.dispatch(rightToggled()),
    },
  ]
  if (left) {
    commands.push({
      id: 'left-pane',
      group: 'View',
      label: `Show or hide the ${left.label.toLowerCase()}`,
      keys: 'Alt+Shift+E',
      run: () => store.dispatch(leftToggled()),
    })
  }
  return commands
}
