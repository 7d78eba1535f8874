import { type KeyboardEvent, useId, useRef, useState } from 'react'
import styles from './files.module.css'

interface Props {
  label: string
  value: string
  /** '' when the name was taken, else what is wrong with it. */
  onName: (name: string) => string
  onEnd: () => void
}

/** A name typed in place: Enter keeps it, Escape gives it up, and a wrong one says why. */
export function NameField({ label, value, onName, onEnd }: Props) {
  const [name, setName] = useState(value)
  const [problem, setProblem] = useState('')
  const ended = useRef(false)
  const id = useId()

  const end = () => {
    ended.current = true
    onEnd()
  }
  const keep = (leaving: boolean) => {
    if (ended.current) return
    const wanted = name.trim()
    if (wanted === value || (leaving && wanted === '')) {
      end()
      return
    }
    const wrong = onName(wanted)
    if (wrong === '' || leaving) end()
    else setProblem(wrong)
  }
  const key = (event: KeyboardEvent<HTMLInputElement>) => {
    event.stopPropagation()
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    // The focus moves on, and the key must not go along.
    event.preventDefault()
    if (event.key === 'Enter') keep(false)
    else end()
  }

  return (
    <div className={styles.naming}>
      <input
        ref={(element) => {
          if (!element || element.dataset.ready) return
          element.dataset.ready = 'yes'
          element.focus()
          // Most names keep their ending.
          const dot = value.lastIndexOf('.')
          element.setSelectionRange(0, dot > 0 ? dot : value.length)
        }}
        className={styles.nameInput}
        aria-label={label}
        aria-invalid={problem !== ''}
        aria-describedby={id}
        value={name}
        placeholder="utils.py"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setName(event.currentTarget.value)
          setProblem('')
        }}
        onKeyDown={key}
        onBlur={() => keep(true)}
      />
      <p id={id} className={styles.problem} role="alert">
        {problem}
      </p>
    </div>
  )
}
