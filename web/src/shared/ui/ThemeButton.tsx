import { isDark } from '../store/editorSlice'
import { useAppSelector, useAppStore } from '../store/hooks'
import { chooseTheme, otherTheme } from '../store/theme'
import { Button } from './Button'
import { Icon } from './Icon'

export function ThemeButton({ className }: { className?: string }) {
  const store = useAppStore()
  const theme = useAppSelector((state) => state.editor.theme)
  const label = isDark(theme) ? 'Use the light theme' : 'Use the dark theme'
  return (
    <Button
      look="quiet"
      shape="square"
      className={className}
      onClick={() => chooseTheme(store, otherTheme(theme))}
      aria-label={label}
      title={label}
    >
      <Icon name={isDark(theme) ? 'sun' : 'moon'} />
    </Button>
  )
}
