import type { Command } from '../../shared/lib/command'
import { Dialog } from '../../shared/ui/Dialog'
import styles from './commands.module.css'
import { Keys } from './Keys'

interface Props {
  commands: readonly Command[]
  onClose: () => void
}

/** Keys that belong to the editor or to a list, so no command of ours stands behind them. */
const OTHERS: readonly (readonly [label: string, keys: string])[] = [
  ['Undo what you typed', 'Ctrl+Z'],
  ['Redo', 'Ctrl+Shift+Z'],
  ['Find in the file', 'Ctrl+F'],
  ['One more cursor below', 'Ctrl+Alt+ArrowDown'],
  ['Let Tab leave the text', 'Ctrl+M'],
  ['Rename the file that has the focus', 'F2'],
  ['Delete the file that has the focus', 'Delete'],
  ['Stop following', 'Escape'],
]

export function KeySheet({ commands, onClose }: Props) {
  const ours = commands.filter((command) => command.keys)
  return (
    <Dialog title="Keys" onClose={onClose} wide>
      <dl className={styles.sheet}>
        {ours.map(({ id, label, keys }) => (
          <Row key={id} label={label} keys={keys ?? ''} />
        ))}
        {OTHERS.map(([label, keys]) => (
          <Row key={label} label={label} keys={keys} />
        ))}
      </dl>
    </Dialog>
  )
}

function Row({ label, keys }: { label: string; keys: string }) {
  return (
    <div className={styles.sheetRow}>
      <dt>{label}</dt>
      <dd>
        <Keys keys={keys} />
      </dd>
    </div>
  )
}
