import { useAppSelector } from '../../shared/store/hooks'
import { cannotWrite } from '../../shared/store/roomSlice'
import { Bar } from '../../shared/ui/Bar'
import { Button } from '../../shared/ui/Button'
import type { PieceProps } from '../part'
import { bringBack } from './file-actions'

/** The file in view is deleted. It stays in view until somebody leaves it, and a key brings it back. */
export function DeletedBar({ room }: PieceProps) {
  const readOnly = useAppSelector(cannotWrite)
  const file = useAppSelector(({ files }) => files.deleted.find(({ id }) => id === files.current))
  const first = useAppSelector(({ files }) => files.list[0])
  if (!file) return null
  const title = file.by === '' ? `${file.name} was deleted.` : `${file.by} deleted ${file.name}.`
  const { session } = room
  return (
    <Bar calm title={title} text={readOnly ? '' : 'What you write here brings it back.'}>
      {!readOnly && <Button onClick={() => bringBack(session, file.id)}>Bring back</Button>}
      <Button
        look="quiet"
        onClick={() => {
          if (first) session.openFile(first.id)
          room.editor?.focus()
        }}
      >
        Close
      </Button>
    </Bar>
  )
}
