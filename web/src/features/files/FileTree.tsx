import type { CSSProperties } from 'react'
import type { FileItem } from '../../shared/store/filesSlice'
import { useAppSelector } from '../../shared/store/hooks'
import { FileRow } from './FileRow'
import { FolderRow } from './FolderRow'
import { type Folder, filesIn } from './file-tree'

interface Props {
  folder: Folder
  closed: ReadonlySet<string>
  depth?: number
  onToggle: (path: string) => void
  onOpen: (file: FileItem) => void
  onRename: (file: FileItem, name: string) => string
  onDelete: (file: FileItem) => void
}

/** One folder's folders and files, as list items. */
export function FileTree(props: Props) {
  const { folder, closed, depth = 0, onToggle, onOpen, onRename, onDelete } = props
  const current = useAppSelector((state) => state.files.current)
  const peers = useAppSelector((state) => state.room.peers)
  const readOnly = useAppSelector((state) => state.room.readOnly)
  const others = peers.filter((peer) => !peer.self)
  const indent = { '--depth': depth } as CSSProperties
  return (
    <>
      {folder.folders.map((each) => {
        const open = !closed.has(each.path)
        const ids = filesIn(each).map((file) => file.id)
        return (
          <li key={each.path} style={indent}>
            <FolderRow
              name={each.name}
              open={open}
              people={others.filter((peer) => ids.includes(peer.file))}
              onToggle={() => onToggle(each.path)}
            />
            {open && (
              <ul aria-label={each.path}>
                <FileTree {...props} folder={each} depth={depth + 1} />
              </ul>
            )}
          </li>
        )
      })}
      {folder.files.map((file) => (
        <li key={file.id} style={indent}>
          <FileRow
            file={file}
            current={file.id === current}
            others={others.filter((peer) => peer.file === file.id)}
            fixed={readOnly}
            onOpen={() => onOpen(file)}
            onRename={(name) => onRename(file, name)}
            onDelete={() => onDelete(file)}
          />
        </li>
      ))}
    </>
  )
}
