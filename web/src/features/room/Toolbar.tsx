import type { ReactNode } from 'react'
import { initials } from '../../shared/lib/person'
import { personClass } from '../../shared/lib/person-class'
import type { Theme } from '../../shared/store/editorSlice'
import { useAppSelector } from '../../shared/store/hooks'
import type { Peer } from '../../shared/store/roomSlice'
import { Button } from '../../shared/ui/Button'
import { CopyButton } from '../../shared/ui/CopyButton'
import { HomeLink } from '../../shared/ui/HomeLink'
import { Icon } from '../../shared/ui/Icon'
import { ThemeButton } from '../../shared/ui/ThemeButton'
import styles from './Toolbar.module.css'

interface Props {
  id: string
  name: string
  link: string
  theme: Theme
  status: ReactNode
  filesOpen: boolean
  panelOpen: boolean
  onToggleFiles: () => void
  onTogglePanel: () => void
  onToggleTheme: () => void
  onRoom: () => void
  onSettings: () => void
  onPalette: () => void
  historyOpen: boolean
  onHistory: () => void
}

const FACES_MAX = 5

export function Toolbar(props: Props) {
  const { id, name, link, status, filesOpen } = props
  return (
    <header className={styles.bar} data-region="toolbar">
      <HomeLink />
      <Button
        look="quiet"
        shape="square"
        className={styles.wide}
        aria-expanded={filesOpen}
        aria-label={filesOpen ? 'Hide the files' : 'Show the files'}
        title={filesOpen ? 'Hide the files' : 'Show the files'}
        onClick={props.onToggleFiles}
      >
        <Icon name="files" />
      </Button>
      <h1 className={styles.name}>
        <Button
          look="quiet"
          className={styles.roomName}
          title={`${name || id}: rename, expiry, delete`}
          onClick={props.onRoom}
        >
          <span className={styles.nameText}>{name || id}</span>
        </Button>
      </h1>
      <div className={styles.status}>{status}</div>
      <div className={styles.actions}>
        <Button
          look="quiet"
          shape="square"
          aria-label="Commands"
          title="Commands (F1)"
          onClick={props.onPalette}
        >
          <Icon name="command" />
        </Button>
        <Button
          look="quiet"
          shape="square"
          aria-label="History"
          aria-pressed={props.historyOpen}
          title="History and playback (Alt+Shift+H)"
          onClick={props.onHistory}
        >
          <Icon name="history" />
        </Button>
        <Button
          look="quiet"
          shape="square"
          className={styles.wide}
          aria-label="Settings"
          title="Settings"
          onClick={props.onSettings}
        >
          <Icon name="settings" />
        </Button>
        <span className={styles.wide}>
          <ThemeButton theme={props.theme} onToggle={props.onToggleTheme} />
        </span>
        <CopyButton text={id} look="quiet" className={styles.wide}>
          Copy id
        </CopyButton>
        <PeopleButton open={props.panelOpen} onToggle={props.onTogglePanel} />
        <CopyButton text={link} look="accent">
          Copy link
        </CopyButton>
      </div>
    </header>
  )
}

function PeopleButton({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  const peers = useAppSelector((state) => state.room.peers)
  const count = peers.length === 1 ? '1 person' : `${peers.length} people`
  return (
    <Button
      look="quiet"
      className={styles.people}
      aria-expanded={open}
      title={count}
      onClick={onToggle}
    >
      <span className="visually-hidden">
        {count} here. {open ? 'Hide' : 'Show'} the list
      </span>
      {peers.length > 0 ? <Faces peers={peers} /> : <Icon name="people" />}
    </Button>
  )
}

function Faces({ peers }: { peers: Peer[] }) {
  const more = peers.length - FACES_MAX
  return (
    <span className={styles.faces} aria-hidden="true">
      {peers.slice(0, FACES_MAX).map((peer) => (
        <span key={peer.clientId} className={`${styles.face} ${personClass(peer.color)}`}>
          {initials(peer.name)}
        </span>
      ))}
      {more > 0 && <span className={styles.more}>+{more}</span>}
    </span>
  )
}
