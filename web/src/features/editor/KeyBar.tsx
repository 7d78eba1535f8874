import type { PointerEvent } from 'react'
import { useAppSelector } from '../../shared/store/hooks'
import { cannotWrite } from '../../shared/store/roomSlice'
import type { EditorApi, PieceProps } from '../part'
import styles from './editor.module.css'

interface Key {
  label: string
  name: string
  press: (editor: EditorApi) => void
}

const typed = (text: string, name: string): Key => ({
  label: text,
  name,
  press: (editor) => editor.type(text),
})

/** What Python needs all the time and a keyboard on the screen hides behind others. */
const KEYS: readonly Key[] = [
  { label: '⇥', name: 'Tab', press: (editor) => editor.run('tab') },
  { label: '⇤', name: 'Outdent', press: (editor) => editor.run('outdent') },
  typed(':', 'Colon'),
  typed('(', 'Opening parenthesis'),
  typed(')', 'Closing parenthesis'),
  typed('[', 'Opening bracket'),
  typed(']', 'Closing bracket'),
  typed('"', 'Quote'),
  typed('#', 'Comment'),
  { label: '↶', name: 'Undo', press: (editor) => editor.run('undo') },
]

const fingers = matchMedia('(pointer: coarse)')

/** A row of keys over the keyboard of a phone, while the text has it. */
export function KeyBar({ room }: PieceProps) {
  const wanted = useAppSelector((state) => state.editor.focused && !cannotWrite(state))
  if (!wanted || !fingers.matches) return null
  // A button that took the focus would send the keyboard away.
  const keepFocus = (event: PointerEvent) => event.preventDefault()
  return (
    <div className={styles.keys} role="toolbar" aria-label="Keys" onPointerDown={keepFocus}>
      {KEYS.map(({ label, name, press }) => (
        <button
          key={name}
          type="button"
          tabIndex={-1}
          className={styles.key}
          aria-label={name}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => room.editor && press(room.editor)}
        >
          {label}
        </button>
      ))}
    </div>
  )
}
