import { useAppSelector } from '../../shared/store/hooks'
import styles from './status.module.css'
import { edits } from './words'

export function Footer() {
  const caret = useAppSelector((state) => state.editor.caret)
  const readOnly = useAppSelector((state) => state.room.readOnly)
  const waiting = useAppSelector(({ room }) => (room.link === 'live' ? 0 : room.waiting))
  const { list, current } = useAppSelector((state) => state.files)
  const file = list.find((each) => each.id === current)
  return (
    <footer className={styles.footer}>
      <span className={styles.caret}>
        Ln {caret.line}, Col {caret.column}
        {caret.selected > 0 && ` (${caret.selected} selected)`}
      </span>
      {waiting > 0 && <span>{edits(waiting)} not yet saved</span>}
      {readOnly && <span>Read only</span>}
      <span className={styles.end}>{file?.name ?? ''}</span>
      <span>{file?.language === 'python' ? 'Python' : 'Plain text'}</span>
    </footer>
  )
}
