import { readStoredJson, writeStored } from '../shared/lib/storage'
import { layoutRead, readLayout } from '../shared/store/layoutSlice'
import { readSettings, settingsRead } from '../shared/store/settingsSlice'
import type { AppStore } from '../shared/store/store'

const SETTLE_MS = 300

/** Settings and panes come back as they were; a change made in another tab counts as well. */
export function rememberChoices(store: AppStore): void {
  const read = () => {
    store.dispatch(settingsRead(readSettings(readStoredJson('settings'))))
  }
  read()
  store.dispatch(layoutRead(readLayout(readStoredJson('layout'))))
  addEventListener('storage', (event) => {
    if (event.key === 'tandem.settings') read()
  })
  let { layout, settings } = store.getState()
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = () => {
    timer = undefined
    writeStored('layout', JSON.stringify(layout))
    writeStored('settings', JSON.stringify(settings))
  }
  store.subscribe(() => {
    const now = store.getState()
    if (now.layout === layout && now.settings === settings) return
    layout = now.layout
    settings = now.settings
    timer ??= setTimeout(write, SETTLE_MS)
  })
  addEventListener('pagehide', () => {
    if (timer !== undefined) write()
  })
}
