import { THEMES, type Theme } from '../../shared/store/editorSlice'
import { useAppDispatch, useAppSelector, useAppStore } from '../../shared/store/hooks'
import {
  FONT_SIZE,
  type NameTags,
  type SettingsState,
  settingChanged,
} from '../../shared/store/settingsSlice'
import { chooseTheme } from '../../shared/store/theme'
import { Button } from '../../shared/ui/Button'
import { Dialog } from '../../shared/ui/Dialog'
import styles from './settings.module.css'

interface Props {
  onClose: () => void
}

const THEME_NAMES: Record<Theme, string> = {
  dark: 'Dark',
  light: 'Light',
  'hc-dark': 'Dark, high contrast',
  'hc-light': 'Light, high contrast',
}

const TAG_NAMES: Record<NameTags, string> = {
  typing: 'While they type',
  always: 'Always',
  never: 'Never',
}

const SWITCHES = [
  ['wordWrap', 'Wrap long lines'],
  ['minimap', 'Show the minimap'],
  ['vim', 'Vim keys'],
  ['sayNear', 'Say who is on my line (screen reader)'],
] as const

/** Kept in this browser; a change shows at once. */
export function SettingsDialog({ onClose }: Props) {
  const settings = useAppSelector((state) => state.settings)
  const theme = useAppSelector((state) => state.editor.theme)
  const dispatch = useAppDispatch()
  const store = useAppStore()
  const set = (change: Partial<SettingsState>) => dispatch(settingChanged(change))

  return (
    <Dialog title="Settings" onClose={onClose}>
      <div className={styles.list}>
        <label className={styles.row}>
          Theme
          <select
            value={theme}
            onChange={(event) => chooseTheme(store, event.currentTarget.value as Theme)}
          >
            {THEMES.map((name) => (
              <option key={name} value={name}>
                {THEME_NAMES[name]}
              </option>
            ))}
          </select>
        </label>
        <div className={styles.row}>
          <span id="font-size-label">Size of the code</span>
          {/* biome-ignore lint/a11y/useSemanticElements: two buttons and a number, no form. */}
          <span className={styles.stepper} role="group" aria-labelledby="font-size-label">
            <Button
              aria-label="Smaller"
              shape="square"
              disabled={settings.fontSize <= FONT_SIZE.min}
              onClick={() => set({ fontSize: settings.fontSize - 1 })}
            >
              −
            </Button>
            <output>{settings.fontSize}</output>
            <Button
              aria-label="Larger"
              shape="square"
              disabled={settings.fontSize >= FONT_SIZE.max}
              onClick={() => set({ fontSize: settings.fontSize + 1 })}
            >
              +
            </Button>
          </span>
        </div>
        <label className={styles.row}>
          Names beside carets
          <select
            value={settings.nameTags}
            onChange={(event) => set({ nameTags: event.currentTarget.value as NameTags })}
          >
            {Object.entries(TAG_NAMES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {SWITCHES.map(([key, label]) => (
          <label key={key} className={styles.row}>
            {label}
            <input
              type="checkbox"
              checked={settings[key]}
              onChange={(event) => set({ [key]: event.currentTarget.checked })}
            />
          </label>
        ))}
      </div>
    </Dialog>
  )
}
