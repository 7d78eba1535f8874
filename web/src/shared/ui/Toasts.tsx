import { useSyncExternalStore } from 'react'
import {
  currentToasts,
  dropToast,
  holdToast,
  resumeToast,
  subscribeToasts,
  type Toast,
} from '../lib/toasts'
import { Button } from './Button'
import { Icon } from './Icon'
import styles from './Toasts.module.css'

/** Notes under the text. They are read out by the one live region of the page. */
export function Toasts() {
  const toasts = useSyncExternalStore(subscribeToasts, currentToasts)
  return (
    <section className={styles.stack} aria-label="Notes" data-region="notes">
      {toasts.map((note) => (
        <Note key={note.id} note={note} />
      ))}
    </section>
  )
}

function Note({ note }: { note: Toast }) {
  const { id, text, action } = note
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only keeps the note while it is read.
    <div
      className={styles.toast}
      onPointerEnter={() => holdToast(id)}
      onPointerLeave={() => resumeToast(note)}
      onFocus={() => holdToast(id)}
      onBlur={() => resumeToast(note)}
    >
      <span className={styles.text}>{text}</span>
      {action && (
        <Button
          onClick={() => {
            dropToast(id)
            action.run()
          }}
        >
          {action.label}
        </Button>
      )}
      <Button look="quiet" shape="square" aria-label="Dismiss" onClick={() => dropToast(id)}>
        <Icon name="close" />
      </Button>
    </div>
  )
}
