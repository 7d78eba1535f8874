import { shallowEqual } from 'react-redux'
import type { Panel, Part } from '../features/part'
import { useAppSelector } from '../shared/store/hooks'
import type { Tab } from './TabStrip'

/** Under 800 px: the tab of the text, beside those of the panels. */
export const CODE_TAB = 'code'

export const panelsOf = (parts: readonly Part[], side?: Panel['side']): Panel[] =>
  parts
    .flatMap((part) => part.panels ?? [])
    .filter((panel) => side === undefined || panel.side === side)

/** There is a place for one. */
export const leftPanelOf = (parts: readonly Part[]): Panel | undefined => panelsOf(parts, 'left')[0]

/** Panels as tabs, with how much waits in each. */
export function useTabs(panels: readonly Panel[]): Tab[] {
  const badges = useAppSelector(
    (state) => panels.map(({ badge }) => badge?.(state) ?? 0),
    shallowEqual,
  )
  return panels.map(({ id, label, icon }, i) => ({ id, label, icon, badge: badges[i] ?? 0 }))
}
