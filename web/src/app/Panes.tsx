import type { Panel, Room } from '../features/part'
import { useAppDispatch, useAppSelector } from '../shared/store/hooks'
import {
  LEFT_WIDTH,
  leftResized,
  RIGHT_WIDTH,
  rightResized,
  rightShown,
} from '../shared/store/layoutSlice'
import { Splitter } from '../shared/ui/Splitter'
import styles from './Frame.module.css'
import { leftPanelOf, panelsOf, useTabs } from './panels'
import { TabStrip, tabId, tabPanelId } from './TabStrip'

interface PaneProps {
  room: Room
  narrow: boolean
}

const tabPanel = (id: string) => ({
  id: tabPanelId(id),
  role: 'tabpanel',
  'aria-labelledby': tabId(id),
})

/** Left of the text on wide windows; on narrow ones a tab that takes the place of the text. */
export function LeftPane({ room, narrow }: PaneProps) {
  const { leftOpen, leftWidth, narrowTab } = useAppSelector((state) => state.layout)
  const dispatch = useAppDispatch()
  const panel = leftPanelOf(room.parts)
  if (!panel || (narrow ? narrowTab !== panel.id : !leftOpen)) return null
  if (narrow) return <OnlyPane room={room} panel={panel} />
  return (
    <nav
      className={styles.left}
      style={{ width: leftWidth }}
      aria-label={panel.label}
      data-region="left"
    >
      {/* Before what is in the pane: who leaves the text backwards comes to the files, not to it. */}
      <Splitter
        label={`the ${panel.label.toLowerCase()}`}
        side="left"
        value={leftWidth}
        {...LEFT_WIDTH}
        onChange={(width) => dispatch(leftResized(width))}
      />
      <panel.content room={room} />
    </nav>
  )
}

/** Right of the text, one of several panels; on narrow windows each is a tab of the whole page. */
export function RightPane({ room, narrow }: PaneProps) {
  const { rightOpen, rightWidth, rightTab, narrowTab } = useAppSelector((state) => state.layout)
  const dispatch = useAppDispatch()
  const panels = panelsOf(room.parts, 'right')
  const tabs = useTabs(panels)
  if (narrow) {
    const only = panels.find((each) => each.id === narrowTab)
    return only ? <OnlyPane room={room} panel={only} /> : null
  }
  const panel = panels.find((each) => each.id === rightTab) ?? panels[0]
  if (!panel || !rightOpen) return null
  return (
    <aside
      className={styles.right}
      style={{ width: rightWidth }}
      aria-label={panel.label}
      data-region="right"
    >
      <TabStrip
        label="Side panel"
        look="strip"
        tabs={tabs}
        current={panel.id}
        onShow={(id) => dispatch(rightShown(id))}
      />
      <div className={styles.inside} {...tabPanel(panel.id)}>
        <panel.content room={room} />
      </div>
      {/* Behind what is in the pane: who leaves the text comes to the panel, not to it. */}
      <Splitter
        label="the side panel"
        side="right"
        value={rightWidth}
        {...RIGHT_WIDTH}
        onChange={(width) => dispatch(rightResized(width))}
      />
    </aside>
  )
}

/** The one pane of a narrow window. */
function OnlyPane({ room, panel }: { room: Room; panel: Panel }) {
  return (
    <main className={styles.only} aria-label={panel.label} data-region={panel.side}>
      <div className={panel.side === 'left' ? styles.fill : styles.inside} {...tabPanel(panel.id)}>
        <panel.content room={room} />
      </div>
    </main>
  )
}
