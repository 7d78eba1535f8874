import type { Part } from '../features/part'
import { useAppDispatch, useAppSelector } from '../shared/store/hooks'
import { narrowTabShown } from '../shared/store/layoutSlice'
import { CODE_TAB, panelsOf, useTabs } from './panels'
import { TabStrip } from './TabStrip'

const CODE = { id: CODE_TAB, label: 'Code', icon: 'code' } as const

/** The parts of the room under 800 px, of which one is seen. */
export function BottomTabs({ parts }: { parts: readonly Part[] }) {
  const tabs = useTabs([...panelsOf(parts, 'left'), ...panelsOf(parts, 'right')])
  const current = useAppSelector((state) => state.layout.narrowTab)
  const dispatch = useAppDispatch()
  return (
    <nav aria-label="Parts of the room">
      <TabStrip
        label="Parts of the room"
        look="bar"
        tabs={[CODE, ...tabs]}
        current={current}
        onShow={(id) => dispatch(narrowTabShown(id))}
      />
    </nav>
  )
}
