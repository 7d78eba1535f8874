import type { Part, PieceProps } from '../part'
import { askInMenu } from './ask'
import { ChatNews } from './ChatNews'
import { ChatPanel } from './ChatPanel'
import { ChatBadge, ChatPreview } from './ChatPreview'
import { askAboutSelection, goToLines } from './line-links'

function Panel({ room }: PieceProps) {
  const { session } = room
  return (
    <ChatPanel
      chat={session.chat}
      fileName={() => session.files.find(session.file)?.name ?? ''}
      onLines={(link, at) => void goToLines(room, link, at)}
    />
  )
}
const News = ({ room }: PieceProps) => <ChatNews chat={room.session.chat} />

export const chat: Part = {
  panels: [
    {
      id: 'chat',
      label: 'Chat',
      icon: 'chat',
      side: 'right',
      badge: ({ room }) => room.unread,
      content: Panel,
    },
  ],
  pieces: { tools: ChatBadge, footer: ChatPreview, page: News },
  editor: async () => askInMenu,
  commands: (room) => [
    {
      id: 'chat',
      group: 'Room',
      label: 'Chat',
      words: 'say message talk',
      keys: 'Ctrl+Shift+Y',
      run: () => room.showPanel('chat'),
    },
    {
      id: 'ask',
      group: 'Room',
      label: 'Ask about this',
      words: 'chat selection question lines link',
      keys: 'Alt+Shift+Q',
      run: () => askAboutSelection(room),
    },
  ],
}
