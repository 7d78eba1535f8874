import type { Part, PieceProps } from '../part'
import { ChatNews } from './ChatNews'
import { ChatPanel } from './ChatPanel'

const Panel = ({ room }: PieceProps) => (
  <ChatPanel chat={room.session.chat} onLine={(line) => room.showText(line)} />
)
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
  pieces: { page: News },
  commands: (room) => [
    {
      id: 'chat',
      group: 'Room',
      label: 'Chat',
      words: 'say message talk',
      keys: 'Ctrl+Shift+Y',
      run: () => room.showPanel('chat'),
    },
  ],
}
