import { readStored, writeStored } from '../shared/lib/storage'
import { type Theme, themeSet } from '../shared/store/editorSlice'
import type { AppStore } from '../shared/store/store'

const systemLight = matchMedia('(prefers-color-scheme: light)')

function chosen(): Theme | null {
  const stored = readStored('theme')
  return stored === 'dark' || stored === 'light' ? stored : null
}

function system(): Theme {
  return systemLight.matches ? 'light' : 'dark'
}

/** Follows the system until somebody chooses; a choice made in another tab counts as well. */
export function keepTheme(store: AppStore): void {
  const follow = () => store.dispatch(themeSet(chosen() ?? system()))
  follow()
  systemLight.addEventListener('change', follow)
  addEventListener('storage', follow)
  store.subscribe(() => {
    document.documentElement.dataset.theme = store.getState().editor.theme
  })
}

/** Choosing what the system has anyway means following it again. */
export function chooseTheme(store: Pick<AppStore, 'dispatch'>, theme: Theme): void {
  writeStored('theme', theme === system() ? null : theme)
  store.dispatch(themeSet(theme))
}
