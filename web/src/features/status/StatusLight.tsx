import { shallowEqual } from 'react-redux'
import { useAppSelector } from '../../shared/store/hooks'
import styles from './status.module.css'
import { statusWords } from './words'

export function StatusLight() {
  const { tone, word, detail } = useAppSelector(
    ({ room }) => statusWords(room.link, room.confirms, room.waiting),
    shallowEqual,
  )
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
