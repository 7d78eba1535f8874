import type { ReactNode } from 'react'
import styles from '../features/room/Room.module.css'
import { TabStrip, tabId, tabPanelId } from '../features/room/TabStrip'
import { useAppDispatch, useAppSelector } from '../shared/store/hooks'
import {
  FILES_WIDTH,
  filesResized,
  PANEL_WIDTH,
  panelResized,
  panelShown,
} from '../shared/store/layoutSlice'
import { Splitter } from '../shared/ui/Splitter'
import { PANELS, type PanelContext, panelOf, usePanelTabs } from './panels'

const tabPanel = (id: string) => ({
  id: tabPanelId(id),
  role: 'tabpanel',
  'aria-labelledby': tabId(id),
})

interface FilesProps {
  narrow: boolean
  children: ReactNode
}

/** Left of the text on wide windows; on narrow ones a tab that takes the place of the text. */
export function FilesPane({ narrow, children }: FilesProps) {
  const { filesOpen, filesWidth, narrowTab } = useAppSelector((state) => state.layout)
  const dispatch = useAppDispatch()
  if (narrow ? narrowTab !== 'files' : !filesOpen) return null
  if (narrow) {
    return (
      <main className={styles.only} data-region="files">
        <div className={styles.fill} {...tabPanel('files')}>
          {children}
        </div>
      </main>
    )
  }
  return (
    <nav
      className={styles.files}
      style={{ width: filesWidth }}
      aria-label="Files"
      data-region="files"
    >
      {children}
      <Splitter
        label="the files"
        side="left"
        value={filesWidth}
        {...FILES_WIDTH}
        onChange={(width) => dispatch(filesResized(width))}
      />
    </nav>
  )
}

interface SideProps {
  narrow: boolean
  context: PanelContext
}

export function SidePane({ narrow, context }: SideProps) {
  const { panelOpen, panelWidth, panelTab, narrowTab } = useAppSelector((state) => state.layout)
  const tabs = usePanelTabs()
  const dispatch = useAppDispatch()
  const shown = panelOf(narrow ? narrowTab : panelTab)
  if (narrow ? shown.id !== narrowTab : !panelOpen) return null
  const tabbed = narrow || PANELS.length > 1
  const inside = (
    <div className={styles.inside} {...(tabbed && tabPanel(shown.id))}>
      {shown.render(context)}
    </div>
  )
  if (narrow) {
    return (
      <main className={styles.only} aria-label={shown.label} data-region="panel">
        {inside}
      </main>
    )
  }
  return (
    <aside
      className={styles.panel}
      style={{ width: panelWidth }}
      aria-label={shown.label}
      data-region="panel"
    >
      <Splitter
        label="the side panel"
        side="right"
        value={panelWidth}
        {...PANEL_WIDTH}
        onChange={(width) => dispatch(panelResized(width))}
      />
      {PANELS.length > 1 && (
        <TabStrip
          label="Side panel"
          look="strip"
          tabs={tabs}
          current={shown.id}
          onShow={(id) => dispatch(panelShown(id))}
        />
      )}
      {inside}
    </aside>
  )
}
