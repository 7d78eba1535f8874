import type { Command } from '../../shared/lib/command'
import { dialogShown } from '../../shared/store/layoutSlice'
import { FONT_SIZE, type SettingsState, settingChanged } from '../../shared/store/settingsSlice'
import { chooseTheme, otherTheme } from '../../shared/store/theme'
import type { Room } from '../part'

export function settingCommands({ store }: Room): Command[] {
  const { settings, editor } = store.getState()
  const set = (change: Partial<SettingsState>) => () => store.dispatch(settingChanged(change))
  const flip = (
    id: keyof SettingsState & ('wordWrap' | 'minimap' | 'vim'),
    label: string,
    keys?: string,
  ): Command => ({
    id,
    group: 'View',
    label: `${label}: turn ${settings[id] ? 'off' : 'on'}`,
    ...(keys ? { keys } : {}),
    run: set({ [id]: !settings[id] }),
  })
  return [
    {
      id: 'settings',
      group: 'Room',
      label: 'Settings',
      keys: 'Ctrl+,',
      run: () => store.dispatch(dialogShown('settings')),
    },
    {
      id: 'theme',
      group: 'View',
      label: 'Light or dark theme',
      run: () => chooseTheme(store, otherTheme(editor.theme)),
    },
    flip('wordWrap', 'Word wrap', 'Alt+Z'),
    flip('minimap', 'Minimap'),
    flip('vim', 'Vim keys'),
    {
      id: 'larger',
      group: 'View',
      label: 'Larger code',
      run: set({ fontSize: Math.min(FONT_SIZE.max, settings.fontSize + 1) }),
    },
    {
      id: 'smaller',
      group: 'View',
      label: 'Smaller code',
      run: set({ fontSize: Math.max(FONT_SIZE.min, settings.fontSize - 1) }),
    },
  ]
}
