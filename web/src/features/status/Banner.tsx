import { useAppDispatch } from '../../shared/store/hooks'
import { type Link, noticed } from '../../shared/store/roomSlice'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import styles from './status.module.css'
import { edits } from './words'

interface Props {
  link: Link
  waiting: number
  notice: string
}

/** The one place for trouble: a thin bar above the text, which stays readable. */
export function Banner({ link, waiting, notice }: Props) {
  const dispatch = useAppDispatch()
  if (link === 'offline') {
    const wait = waiting === 1 ? '1 edit waits' : `${edits(waiting)} wait`
    const text = waiting > 0 ? `Keep typing, ${wait}.` : 'Keep typing, edits wait until it is back.'
    return (
      <div className={styles.banner} role="status">
        <strong>Offline.</strong> {text}
      </div>
    )
  }
  if (!notice) return null
  return (
    <div className={styles.banner} role="status">
      <span>{notice}</span>
      <Button
        look="quiet"
        shape="square"
        aria-label="Dismiss"
        onClick={() => dispatch(noticed(''))}
      >
        <Icon name="close" />
      </Button>
    </div>
  )
}
