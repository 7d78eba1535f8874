import { type KeyboardEvent, useState } from 'react'
import { cleanName, NAME_LENGTH_MAX } from '../../shared/lib/person'
import styles from './presence.module.css'

interface Props {
  name: string
  onRename: (name: string) => void
}

/** One's own name is a field in place: type, Enter keeps it, Escape takes it back. */
export function OwnName({ name, onRename }: Props) {
  const [draft, setDraft] = useState<string | null>(null)

  const keep = () => {
    const next = cleanName(draft)
    if (next && next !== name) onRename(next)
    setDraft(null)
  }
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') event.currentTarget.blur()
    if (event.key === 'Escape') {
      setDraft(null)
      event.stopPropagation()
    }
  }

  return (
    <input
      className={styles.ownName}
      aria-label="Your name"
      title="Change your name"
      maxLength={NAME_LENGTH_MAX}
      spellCheck={false}
      autoComplete="off"
      value={draft ?? name}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onKeyDown={onKey}
      onBlur={keep}
    />
  )
}
