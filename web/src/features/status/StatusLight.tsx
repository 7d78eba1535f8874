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
  const [first, rest] = word.split(', ')
  return (
    <span className={`${styles.light} ${styles[tone]}`} title={detail} data-testid="status">
      <span className={styles.dot} aria-hidden="true" />
      <span>
        {first}
        {rest && <span className={styles.rest}>, {rest}</span>}
      </span>
    </span>
  )
}
