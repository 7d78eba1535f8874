import { isDark, type Theme } from '../store/editorSlice'
import { Button } from './Button'
import { Icon } from './Icon'

interface Props {
  theme: Theme
  onToggle: () => void
}

export function ThemeButton({ theme, onToggle }: Props) {
  const label = isDark(theme) ? 'Use the light theme' : 'Use the dark theme'
  return (
    <Button look="quiet" shape="square" onClick={onToggle} aria-label={label} title={label}>
      <Icon name={isDark(theme) ? 'sun' : 'moon'} />
    </Button>
  )
}
