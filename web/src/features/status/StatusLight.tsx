import { shallowEqual } from 'react-redux'
import { useAppSelector } from '../../shared/store/hooks'
import styles from './status.module.css'
import { lightOf } from './words'

/** Not read out at each letter: the announcer says what changes for the worse, and when it ends. */
export function StatusLight() {
  const { tone, word, detail } = useAppSelector(({ room }) => lightOf(room), shallowEqual)
  const [first, rest] = word.split(', ')
  return (
    <span
      className={`${styles.light} ${styles[tone]}`}
      role="status"
      aria-live="off"
      title={detail}
      data-testid="status"
      translate="no"
    >
      <span className={styles.dot} aria-hidden="true" />
      <span>
        <span>{first}</span>
        <span className={styles.rest}>{rest ? `, ${rest}` : ''}</span>
      </span>
    </span>
  )
}
