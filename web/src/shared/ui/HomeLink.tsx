import type { MouseEvent } from 'react'
import { BASE } from '../lib/base'
import { navigate } from '../lib/navigate'
import styles from './HomeLink.module.css'
import { Mark } from './Mark'

export function HomeLink() {
  const go = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    navigate(BASE)
  }
  return (
    <a className={styles.home} href={BASE} onClick={go} aria-label="Tandem, home" title="Home">
      <Mark size={22} />
    </a>
  )
}
