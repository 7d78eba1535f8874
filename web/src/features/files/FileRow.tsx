import { type KeyboardEvent, useState } from 'react'
import { personClass } from '../../shared/lib/person-class'
import type { FileItem } from '../../shared/store/filesSlice'
import type { Peer } from '../../shared/store/roomSlice'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
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
  const cut = file.name.lastIndexOf('/') + 1

  const key = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.key === 'F2' && !fixed) setNaming(true)
    else if (event.key === 'Delete' && !fixed) onDelete()
    else return
    event.preventDefault()
  }
  if (naming) {
    return (
      <li>
        <NameField
          label={`New name of ${file.name}`}
          value={file.name}
          onName={onRename}
          onEnd={() => setNaming(false)}
        />
      </li>
    )
  }
  return (
    <li className={`${styles.row} ${current ? styles.current : ''}`}>
      <button
        type="button"
        className={styles.open}
        aria-current={current ? 'true' : undefined}
        title={file.name}
        onClick={onOpen}
        onDoubleClick={() => !fixed && setNaming(true)}
        onKeyDown={key}
      >
        {cut > 0 && <span className={styles.folder}>{file.name.slice(0, cut)}</span>}
        <span className={styles.name}>{file.name.slice(cut)}</span>
        <span className={styles.people}>
          {others.map((peer) => (
            <span
              key={peer.clientId}
              className={`${styles.here} ${personClass(peer.color)}`}
              title={`${peer.name} is here`}
            >
              <span className="visually-hidden">{peer.name} is here</span>
            </span>
          ))}
        </span>
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
    </li>
  )
}
