import { useSyncExternalStore } from 'react'
import { Bar } from '../../shared/ui/Bar'
import { Button } from '../../shared/ui/Button'
import { lostText, onLostText, setLostText } from './lost-text'

/** Stays until it is taken or sent away: nothing else has this text any more. */
export function LostText() {
  const download = useSyncExternalStore(onLostText, lostText)
  if (!download) return null
  return (
    <Bar title="What this window had before" text="is not in the room any more." urgent>
      <Button onClick={download}>Download it</Button>
      <Button look="quiet" onClick={() => setLostText(null)}>
        Dismiss
      </Button>
    </Bar>
  )
}
