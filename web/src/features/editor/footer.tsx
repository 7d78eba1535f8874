import { fileInView } from '../../shared/store/filesSlice'
import { useAppSelector } from '../../shared/store/hooks'
import { cannotWrite } from '../../shared/store/roomSlice'
import type { PieceProps } from '../part'
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

/** The text decides; pressed, all lines of the file are indented by the other. */
function Indented({ room }: PieceProps) {
  const { tabs, size } = useAppSelector((state) => state.editor.indent)
  const readOnly = useAppSelector(cannotWrite)
  const words = tabs ? 'Tab' : `Spaces: ${size}`
  if (readOnly) return <span className={styles.indent}>{words}</span>
  const other = tabs ? 'spaces' : 'tabs'
  return (
    <button
      type="button"
      className={styles.indent}
      title={`Indented by ${tabs ? 'tabs' : `${size} spaces`}. Press to indent the file by ${other}.`}
      onClick={() => room.editor?.indentBy(other)}
    >
      {words}
    </button>
  )
}

export function FileKind({ room }: PieceProps) {
  const file = useAppSelector((state) => fileInView(state.files))
  return (
    <>
      <span className={styles.fileName}>{file?.name ?? ''}</span>
      <Indented room={room} />
      <span>{file?.language === 'python' ? 'Python' : 'Plain text'}</span>
    </>
  )
}
