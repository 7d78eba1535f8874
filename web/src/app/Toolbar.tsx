import type { Room } from '../features/part'
import { useAppDispatch, useAppSelector } from '../shared/store/hooks'
import { leftToggled } from '../shared/store/layoutSlice'
import { Button } from '../shared/ui/Button'
import { HomeLink } from '../shared/ui/HomeLink'
import { Icon } from '../shared/ui/Icon'
import { Pieces } from './Pieces'
import { leftPanelOf } from './panels'
import styles from './Toolbar.module.css'

export function Toolbar({ room }: { room: Room }) {
  return (
    <header className={styles.bar} data-region="toolbar">
      <HomeLink />
      <LeftPaneButton room={room} />
      <Pieces room={room} at="title" />
      <div className={styles.status}>
        <Pieces room={room} at="status" />
      </div>
      <div className={styles.tools}>
        <Pieces room={room} at="tools" />
      </div>
    </header>
  )
}

function LeftPaneButton({ room }: { room: Room }) {
  const open = useAppSelector((state) => state.layout.leftOpen)
  const dispatch = useAppDispatch()
  const panel = leftPanelOf(room.parts)
  if (!panel) return null
  const words = `${open ? 'Hide' : 'Show'} the ${panel.label.toLowerCase()}`
  return (
    <Button
      look="quiet"
      shape="square"
      className="wide-only"
      aria-expanded={open}
      aria-label={words}
      title={words}
      onClick={() => dispatch(leftToggled())}
    >
      <Icon name={panel.icon} />
    </Button>
  )
}
