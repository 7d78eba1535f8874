import type { ReactNode } from 'react'
import type { Session } from '../collab/session'
import { ChatPanel } from '../features/chat/ChatPanel'
import { InvitePanel } from '../features/presence/InvitePanel'
import { PeoplePanel } from '../features/presence/PeoplePanel'
import type { RoomState } from '../shared/store/roomSlice'
import type { IconName } from '../shared/ui/Icon'

/** What a panel may show and do. */
export interface PanelContext {
  session: Session
  room: RoomState
  link: string
  rename: (name: string) => void
  /** Something was done that shows in the text: on narrow windows it comes to the front. */
  onLeave: () => void
  goToLine: (line: number) => void
}

export interface PanelEntry {
  id: string
  label: string
  icon: IconName
  /** How much there is that nobody here has seen. */
  badge?: (room: RoomState) => number
  render: (context: PanelContext) => ReactNode
}

/** The tabs of the side panel, in order. One more tab is one more entry here. */
export const PANELS: readonly [PanelEntry, ...PanelEntry[]] = [
  {
    id: 'people',
    label: 'People',
    icon: 'people',
    render: ({ session, room, link, rename, onLeave }) => (
      <>
        <PeoplePanel
          peers={room.peers}
          onRename={rename}
          onFollow={(clientId) => {
            if (session.follow.leader === clientId) session.follow.stop()
            else session.follow.start(clientId)
            onLeave()
          }}
          onCallEveryone={() => session.follow.callEveryone()}
        />
        {/* Offline nobody can be seen, which does not mean that nobody is there. */}
        {room.link === 'live' && room.peers.length <= 1 && <InvitePanel link={link} id={room.id} />}
      </>
    ),
  },
  {
    id: 'chat',
    label: 'Chat',
    icon: 'chat',
    badge: (room) => room.unread,
    render: ({ session, goToLine }) => <ChatPanel chat={session.chat} onLine={goToLine} />,
  },
]

export function panelTabs(room: RoomState) {
  return PANELS.map(({ id, label, icon, badge }) => ({
    id,
    label,
    icon,
    badge: badge?.(room) ?? 0,
  }))
}

export function panelOf(id: string): PanelEntry {
  return PANELS.find((panel) => panel.id === id) ?? PANELS[0]
}
