import { useAppDispatch } from '../../shared/store/hooks'
import { type Link, noticed } from '../../shared/store/roomSlice'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import styles from './status.module.css'

interface Props {
  link: Link
  waiting: number
  notice: string
}

/** The one place for trouble: a thin bar above the text, which stays readable. */
export function Banner({ link, waiting, notice }: Props) {
  const dispatch = useAppDispatch()
  if (link === 'offline') {
    const text =
      waiting > 0
        ? 'Keep typing. Your edits are kept here and go out when the server is back.'
        : 'Keep typing. The page looks for the server by itself.'
    return (
      <div className={styles.banner} role="status">
        <p>
          <strong>Offline.</strong> {text}
        </p>
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
