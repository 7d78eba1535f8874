import { useRef } from 'react'
import { newFileNaming } from '../../shared/store/filesSlice'
import { useAppDispatch, useAppSelector } from '../../shared/store/hooks'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { PieceProps } from '../part'
import { DeletedList } from './DeletedList'
import { FileRow } from './FileRow'
import { addFiles, deleteFile, downloadAll, tryNaming } from './file-actions'
import styles from './files.module.css'
import { NameField } from './NameField'
import { chosenFiles } from './take-files'

export function FilesPanel({ room }: PieceProps) {
  const { session } = room
  const dispatch = useAppDispatch()
  const { list, unlisted, current, naming } = useAppSelector((state) => state.files)
  const peers = useAppSelector((state) => state.room.peers)
  const readOnly = useAppSelector((state) => state.room.readOnly)
  const name = useAppSelector((state) => state.room.name)
  const upload = useRef<HTMLInputElement>(null)

  const open = (id: string) => {
    session.openFile(id)
    room.showText()
    room.editor?.focus()
  }
  const create = (wanted: string) => tryNaming(() => open(session.files.create(wanted)))

  return (
    <div className={styles.panel}>
      <div className={styles.head}>
        <h2 className={styles.heading}>Files</h2>
        <Button
          look="quiet"
          shape="square"
          aria-label="Download all files"
          title="Download all as zip"
          onClick={() => void downloadAll(session, name)}
        >
          <Icon name="download" />
        </Button>
        {!readOnly && (
          <>
            <Button
              look="quiet"
              shape="square"
              aria-label="Add files from this computer"
              title="Add files from this computer, or drop them anywhere"
              onClick={() => upload.current?.click()}
            >
              <Icon name="upload" />
            </Button>
            <Button
              look="quiet"
              shape="square"
              aria-label="New file"
              title="New file"
              onClick={() => dispatch(newFileNaming(true))}
            >
              <Icon name="plus" />
            </Button>
          </>
        )}
        <input
          ref={upload}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            const { files } = event.currentTarget
            if (files) void addFiles(session, chosenFiles(files))
            event.currentTarget.value = ''
          }}
        />
      </div>
      <ul className={styles.list}>
        {list.map((file) => (
          <FileRow
            key={file.id}
            file={file}
            current={file.id === current}
            others={peers.filter((peer) => !peer.self && peer.file === file.id)}
            fixed={readOnly}
            onOpen={() => open(file.id)}
            onRename={(wanted) => tryNaming(() => session.files.rename(file.id, wanted))}
            onDelete={() => deleteFile(session, file.id)}
          />
        ))}
        {naming && (
          <li>
            <NameField
              label="Name of the new file"
              value=""
              onName={create}
              onEnd={() => dispatch(newFileNaming(false))}
            />
          </li>
        )}
        {unlisted > 0 && (
          <li className={styles.more}>
            {unlisted} more {unlisted === 1 ? 'file is' : 'files are'} not shown: a room lists{' '}
            {list.length}. The zip has all of them.
          </li>
        )}
        <li>
          <DeletedList room={room} onOpen={open} />
        </li>
      </ul>
    </div>
  )
}
