import type { ReactNode } from 'react'
import { shallowEqual } from 'react-redux'
import type { Session } from '../collab/session'
import { ChatPanel } from '../features/chat/ChatPanel'
import { InvitePanel } from '../features/presence/InvitePanel'
import { PeoplePanel } from '../features/presence/PeoplePanel'
import { useAppSelector } from '../shared/store/hooks'
import type { RootState } from '../shared/store/store'
import type { IconName } from '../shared/ui/Icon'

/** What a panel may show and do. */
export interface PanelContext {
  session: Session
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
  badge?: (state: RootState) => number
  render: (context: PanelContext) => ReactNode
}

/** The tabs of the side panel, in order. One more tab is one more entry here. */
export const PANELS: readonly [PanelEntry, ...PanelEntry[]] = [
  {
    id: 'people',
    label: 'People',
    icon: 'people',
    render: ({ session, link, rename, onLeave }) => (
      <>
        <PeoplePanel
          onRename={rename}
          onFollow={(clientId) => {
            if (session.follow.leader === clientId) session.follow.stop()
            else session.follow.start(clientId)
            onLeave()
          }}
          onCallEveryone={() => session.follow.callEveryone()}
        />
        <InvitePanel link={link} />
      </>
    ),
  },
  {
    id: 'chat',
    label: 'Chat',
    icon: 'chat',
    badge: ({ room }) => room.unread,
    render: ({ session, goToLine }) => <ChatPanel chat={session.chat} onLine={goToLine} />,
  },
]

export function usePanelTabs() {
  const badges = useAppSelector(
    (state) => PANELS.map(({ badge }) => badge?.(state) ?? 0),
    shallowEqual,
  )
  return PANELS.map(({ id, label, icon }, i) => ({ id, label, icon, badge: badges[i] ?? 0 }))
}

export function panelOf(id: string): PanelEntry {
  return PANELS.find((panel) => panel.id === id) ?? PANELS[0]
}
