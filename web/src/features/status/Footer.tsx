import { useAppSelector } from '../../shared/store/hooks'
import type { Link } from '../../shared/store/roomSlice'
import styles from './status.module.css'
import { edits } from './words'

interface Props {
  link: Link
  readOnly: boolean
  waiting: number
}

export function Footer({ link, waiting, readOnly }: Props) {
  const caret = useAppSelector((state) => state.editor.caret)
  return (
    <footer className={styles.footer}>
      <span>
        Ln {caret.line}, Col {caret.column}
        {caret.selected > 0 && ` (${caret.selected} selected)`}
      </span>
      {waiting > 0 && link !== 'live' && <span>{edits(waiting)} not yet saved</span>}
      {readOnly && <span>Read only</span>}
      <span className={styles.end}>main.py</span>
      <span>Python</span>
    </footer>
  )
}
