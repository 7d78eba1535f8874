import { TabStrip } from '../features/room/TabStrip'
import { useAppDispatch, useAppSelector } from '../shared/store/hooks'
import { narrowTabShown } from '../shared/store/layoutSlice'
import { usePanelTabs } from './panels'

const TABS = [
  { id: 'code', label: 'Code', icon: 'code' },
  { id: 'files', label: 'Files', icon: 'files' },
] as const

/** The parts of the room under 800 px, of which one is seen. */
export function BottomTabs() {
  const panels = usePanelTabs()
  const current = useAppSelector((state) => state.layout.narrowTab)
  const dispatch = useAppDispatch()
  return (
    <nav aria-label="Parts of the room">
      <TabStrip
        label="Parts of the room"
        look="bar"
        tabs={[...TABS, ...panels]}
        current={current}
        onShow={(id) => dispatch(narrowTabShown(id))}
      />
    </nav>
  )
}
