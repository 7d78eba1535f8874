import { type KeyboardEvent, useState } from 'react'
import type { FileItem } from '../../shared/store/filesSlice'
import type { Peer } from '../../shared/store/roomSlice'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import { Ticks } from './FolderRow'
import { baseName } from './file-tree'
import styles from './files.module.css'
import { NameField } from './NameField'

interface Props {
  file: FileItem
  current: boolean
  others: Peer[]
  fixed: boolean
  onOpen: () => void
  onRename: (name: string) => string
  onDelete: () => void
}

export function FileRow({ file, current, others, fixed, onOpen, onRename, onDelete }: Props) {
  const [naming, setNaming] = useState(false)

  const key = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.key === 'F2' && !fixed) setNaming(true)
    else if (event.key === 'Delete' && !fixed) onDelete()
    else return
    event.preventDefault()
  }
  if (naming) {
    return (
      <NameField
        label={`New name of ${file.name}`}
        value={file.name}
        onName={onRename}
        onEnd={() => setNaming(false)}
      />
    )
  }
  return (
    <div className={`${styles.row} ${current ? styles.current : ''}`}>
      <button
        type="button"
        className={styles.open}
        aria-current={current ? 'true' : undefined}
        title={file.name}
        data-file={file.id}
        onClick={onOpen}
        onDoubleClick={() => !fixed && setNaming(true)}
        onKeyDown={key}
      >
        <span className={styles.name}>{baseName(file.name)}</span>
        <Ticks people={others} />
      </button>
      {!fixed && (
        <span className={styles.actions}>
          <Button
            look="quiet"
            shape="square"
            aria-label={`Rename ${file.name}`}
            title="Rename (F2)"
            onClick={() => setNaming(true)}
          >
            <Icon name="pencil" />
          </Button>
          <Button
            look="quiet"
            shape="square"
            aria-label={`Delete ${file.name}`}
            title="Delete (Del)"
            onClick={onDelete}
          >
            <Icon name="trash" />
          </Button>
        </span>
      )}
    </div>
  )
}
