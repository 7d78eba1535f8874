import type { ReactNode } from 'react'
import { initials } from '../../shared/lib/person'
import type { Theme } from '../../shared/store/editorSlice'
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
  peers: Peer[]
  theme: Theme
  status: ReactNode
  panelOpen: boolean
  onTogglePanel: () => void
  onToggleTheme: () => void
}

const FACES_MAX = 5

export function Toolbar(props: Props) {
  const { id, name, link, peers, status, panelOpen } = props
  const count = peers.length === 1 ? '1 person' : `${peers.length} people`
  return (
    <header className={styles.bar}>
      <HomeLink />
      <h1 className={styles.name} title={name || id}>
        {name || id}
      </h1>
      <div className={styles.status}>{status}</div>
      <div className={styles.actions}>
        <ThemeButton theme={props.theme} onToggle={props.onToggleTheme} />
        <CopyButton text={id} look="quiet" className={styles.copyId}>
          Copy id
        </CopyButton>
        <Button
          look="quiet"
          className={styles.people}
          aria-expanded={panelOpen}
          aria-label={`${count} here. ${panelOpen ? 'Hide' : 'Show'} the list`}
          title={count}
          onClick={props.onTogglePanel}
        >
          {peers.length > 0 ? <Faces peers={peers} /> : <Icon name="people" />}
        </Button>
        <CopyButton text={link} look="accent">
          Copy link
        </CopyButton>
      </div>
    </header>
  )
}

function Faces({ peers }: { peers: Peer[] }) {
  const more = peers.length - FACES_MAX
  return (
    <span className={styles.faces} aria-hidden="true">
      {peers.slice(0, FACES_MAX).map((peer) => (
        <span key={peer.clientId} className={`${styles.face} person-${peer.color % 8}`}>
          {initials(peer.name)}
        </span>
      ))}
      {more > 0 && <span className={styles.more}>+{more}</span>}
    </span>
  )
}
