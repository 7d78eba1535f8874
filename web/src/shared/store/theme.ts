import { readStored, writeStored } from '../lib/storage'
import { isDark, isTheme, type Theme, themeSet } from './editorSlice'
import type { AppStore } from './store'

const systemLight = matchMedia('(prefers-color-scheme: light)')
/** Forced colours are high contrast too, and the editor paints by itself. */
const systemContrast = matchMedia('(prefers-contrast: more), (forced-colors: active)')

function chosen(): Theme | null {
  const stored = readStored('theme')
  return isTheme(stored) ? stored : null
}

function system(): Theme {
  const theme = systemLight.matches ? 'light' : 'dark'
  return systemContrast.matches ? `hc-${theme}` : theme
}

/** Follows the system until somebody chooses; a choice made in another tab counts as well. */
export function keepTheme(store: AppStore): void {
  const follow = () => store.dispatch(themeSet(chosen() ?? system()))
  follow()
  systemLight.addEventListener('change', follow)
  systemContrast.addEventListener('change', follow)
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

/** Dark for light and light for dark, with the contrast as it is. */
export function otherTheme(theme: Theme): Theme {
  const other = isDark(theme) ? 'light' : 'dark'
  return theme.startsWith('hc-') ? `hc-${other}` : other
}
