import type { MouseEvent } from 'react'
import { navigate } from '../lib/navigate'
import styles from './HomeLink.module.css'
import { Mark } from './Mark'

export function HomeLink() {
  const go = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    navigate('/')
  }
  return (
    <a className={styles.home} href="/" onClick={go} aria-label="Tandem, home" title="Home">
      <Mark size={22} />
    </a>
  )
}
