import { type KeyboardEvent, useRef, useState } from 'react'
import { type FileItem, newFileNaming } from '../../shared/store/filesSlice'
import { useAppDispatch, useAppSelector } from '../../shared/store/hooks'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { PieceProps } from '../part'
import { DeletedList } from './DeletedList'
import { FileTree } from './FileTree'
import { addFiles, deleteFile, downloadAll, tryNaming } from './file-actions'
import { fileTree, shownIds } from './file-tree'
import styles from './files.module.css'
import { NameField } from './NameField'
import { chosenFiles } from './take-files'

export function FilesPanel({ room }: PieceProps) {
  const { session } = room
  const dispatch = useAppDispatch()
  const { list, unlisted, naming } = useAppSelector((state) => state.files)
  const readOnly = useAppSelector((state) => state.room.readOnly)
  const name = useAppSelector((state) => state.room.name)
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const takeBack = useRef<() => void>(undefined)
  const panel = useRef<HTMLDivElement>(null)
  const tree = fileTree(list)
  const upload = useRef<HTMLInputElement>(null)

  const open = (id: string) => {
    session.openFile(id)
    room.showText()
    room.editor?.focus()
  }
  const create = (wanted: string) => tryNaming(() => open(session.files.create(wanted)))

  const toggle = (path: string) => {
    const next = new Set(closed)
    if (!next.delete(path)) next.add(path)
    setClosed(next)
  }
  /** The focus goes to the neighbour, and one key takes it back. */
  const remove = (file: FileItem) => {
    const ids = shownIds(tree, closed)
    const at = ids.indexOf(file.id)
    const neighbour = ids[at + 1] ?? ids[at - 1]
    takeBack.current = deleteFile(session, file.id)
    requestAnimationFrame(() => {
      panel.current?.querySelector<HTMLElement>(`[data-file="${neighbour}"]`)?.focus()
    })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const undo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z'
    if (!undo || event.target instanceof HTMLInputElement || !takeBack.current) return
    event.preventDefault()
    takeBack.current()
    takeBack.current = undefined
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a key for what is inside, on its way up
    <div ref={panel} className={styles.panel} onKeyDown={onKeyDown}>
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
        <FileTree
          folder={tree}
          closed={closed}
          onToggle={toggle}
          onOpen={(file) => open(file.id)}
          onRename={(file, wanted) => tryNaming(() => session.files.rename(file.id, wanted))}
          onDelete={remove}
        />
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
