import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Button } from './Button'
import styles from './Dialog.module.css'
import { Icon } from './Icon'

interface Props {
  title: string
  onClose: () => void
  children: ReactNode
  wide?: boolean
}

/** A native modal dialog: focus stays inside, Escape and a click outside close it. */
export function Dialog({ title, onClose, children, wide = false }: Props) {
  const element = useRef<HTMLDialogElement>(null)
  const id = useId()

  useEffect(() => {
    const dialog = element.current
    const before = document.activeElement
    dialog?.showModal()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it; the browser sees to that.
    <dialog
      ref={element}
      className={`${styles.dialog} ${wide ? styles.wide : ''}`}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === element.current) onClose()
      }}
    >
      <div className={styles.inside} translate="yes">
        <h2 id={id} className={styles.title}>
          {title}
        </h2>
        {children}
      </div>
      {/* Last, so that the first field has the focus. */}
      <Button
        look="quiet"
        shape="square"
        className={styles.close}
        aria-label="Close"
        onClick={onClose}
      >
        <Icon name="close" />
      </Button>
    </dialog>
  )
}
