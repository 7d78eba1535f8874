import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { Command } from '../../shared/lib/command'
import styles from './commands.module.css'
import { findCommands } from './find'
import { Keys } from './Keys'

interface Props {
  commands: readonly Command[]
  onClose: () => void
}

const SHOWN_MAX = 60

/** Everything one can do here, found by typing. */
export function Palette({ commands, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const chosen = useRef<Command>(null)
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const found = useMemo(() => findCommands(commands, query).slice(0, SHOWN_MAX), [commands, query])

  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    return () => {
      element?.close()
      if (before instanceof HTMLElement) before.focus()
      // With the focus back where it was, so that the command acts there.
      chosen.current?.run()
    }
  }, [])

  const run = (command: Command | undefined) => {
    if (!command) return
    chosen.current = command
    onClose()
  }
  const key = (event: KeyboardEvent) => {
    const last = found.length - 1
    const moves = new Map([
      ['ArrowDown', at >= last ? 0 : at + 1],
      ['ArrowUp', at <= 0 ? last : at - 1],
      ['PageDown', Math.min(last, at + 10)],
      ['PageUp', Math.max(0, at - 10)],
    ])
    const next = moves.get(event.key)
    if (next !== undefined) {
      event.preventDefault()
      setAt(next)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      run(found[at])
    }
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it; the browser sees to that.
    <dialog
      ref={dialog}
      className={styles.palette}
      aria-label="Commands"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <input
        className={styles.query}
        role="combobox"
        aria-label="Find a command"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[at] ? `palette-${at}` : undefined}
        placeholder="What do you want to do?"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={key}
      />
      <div id="palette-list" className={styles.results} role="listbox" aria-label="Commands">
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys.
          // biome-ignore lint/a11y/useFocusableInteractive: it is active by aria-activedescendant.
          <div
            key={command.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            className={`${styles.result} ${index === at ? styles.active : ''}`}
            ref={(element) => {
              if (index === at) element?.scrollIntoView({ block: 'nearest' })
            }}
            onPointerMove={() => setAt(index)}
            onClick={() => run(command)}
          >
            <span className={styles.resultLabel}>{command.label}</span>
            {command.keys && <Keys keys={command.keys} />}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={styles.none}>Nothing is called that here.</p>}
    </dialog>
  )
}
