import { newFileNaming } from '../../shared/store/filesSlice'
import { useAppSelector } from '../../shared/store/hooks'
import { cannotWrite } from '../../shared/store/roomSlice'
import type { Part, PieceProps } from '../part'
import { fileCommands } from './commands'
import { DeletedBar } from './DeletedBar'
import { DropZone } from './DropZone'
import { FilesPanel } from './FilesPanel'
import { FileTabs } from './FileTabs'
import { keepTabs } from './keep-tabs'
import { LostText } from './LostText'
import { guardPaste } from './long-paste'
import { offerLostText } from './lost-text'
import { tellReturns } from './returns'
import { loadZip } from './zip'

function Drop({ room }: PieceProps) {
  const readOnly = useAppSelector(cannotWrite)
  return <DropZone session={room.session} readOnly={readOnly} />
}

function Bars({ room }: PieceProps) {
  return (
    <>
      <LostText />
      <DeletedBar room={room} />
    </>
  )
}

export const files: Part = {
  panels: [{ id: 'files', label: 'Files', icon: 'files', side: 'left', content: FilesPanel }],
  pieces: { bar: Bars, tabs: FileTabs, page: Drop },
  commands: fileCommands,
  editor: async () => guardPaste,
  session: (room) => {
    const ends = [tellReturns(room), offerLostText(room), keepTabs(room)]
    return () => {
      for (const end of ends) end()
      room.store.dispatch(newFileNaming(false))
    }
  },
  later: loadZip,
}
