import type { ReactNode } from 'react'
import type { Session } from '../collab/session'
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
}

export interface PanelEntry {
  id: string
  label: string
  icon: IconName
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
]

export function panelOf(id: string): PanelEntry {
  return PANELS.find((panel) => panel.id === id) ?? PANELS[0]
}
