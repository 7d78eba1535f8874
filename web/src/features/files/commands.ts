import type { Command } from '../../shared/lib/command'
import { newFileNaming } from '../../shared/store/filesSlice'
import type { Room } from '../part'
import { deleteFile, downloadAll, downloadFile } from './file-actions'

export function fileCommands(room: Room): Command[] {
  const { session, store } = room
  const { files, room: facts } = store.getState()
  const file = files.list.find((each) => each.id === files.current)
  const commands: Command[] = files.list
    .filter((each) => each.id !== files.current)
    .map((each) => ({
      id: `open-${each.id}`,
      group: 'Files',
      label: `Open ${each.name}`,
      run: () => session.openFile(each.id),
    }))
  if (file) {
    commands.push({
      id: 'download',
      group: 'Files',
      label: `Download ${file.name}`,
      words: 'save',
      keys: 'Ctrl+S',
      run: () => downloadFile(session, file),
    })
  }
  commands.push({
    id: 'download-all',
    group: 'Files',
    label: 'Download all files as zip',
    run: () => void downloadAll(session, facts.name),
  })
  if (facts.readOnly) return commands
  commands.push({
    id: 'new-file',
    group: 'Files',
    label: 'New file',
    keys: 'Alt+Shift+N',
    run: () => {
      room.showPanel('files')
      store.dispatch(newFileNaming(true))
    },
  })
  if (file && files.list.length > 1) {
    commands.push({
      id: 'delete-file',
      group: 'Files',
      label: `Delete ${file.name}`,
      run: () => deleteFile(session, file.id),
    })
  }
  return commands
}
