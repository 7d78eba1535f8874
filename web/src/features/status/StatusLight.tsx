import type { Link } from '../../shared/store/roomSlice'
import styles from './status.module.css'
import { statusWords } from './words'

interface Props {
  link: Link
  confirms: boolean
  waiting: number
}

export function StatusLight({ link, confirms, waiting }: Props) {
  const { tone, word, detail } = statusWords(link, confirms, waiting)
  return (
    <span className={`${styles.light} ${styles[tone]}`} title={detail} data-testid="status">
      <span className={styles.dot} aria-hidden="true" />
      {word}
    </span>
  )
}
