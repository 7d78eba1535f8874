import { fileInView } from '../../shared/store/filesSlice'
import { useAppSelector } from '../../shared/store/hooks'
import styles from './editor.module.css'

export function CaretPlace() {
  const { line, column, selected } = useAppSelector((state) => state.editor.caret)
  return (
    <span className={styles.caret}>
      Ln {line}, Col {column}
      {selected > 0 && ` (${selected} selected)`}
    </span>
  )
}

export function FileKind() {
  const file = useAppSelector((state) => fileInView(state.files))
  return (
    <>
      <span className={styles.fileName}>{file?.name ?? ''}</span>
      <span>{file?.language === 'python' ? 'Python' : 'Plain text'}</span>
    </>
  )
}
