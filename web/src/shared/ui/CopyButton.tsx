import { type ReactNode, useEffect, useRef, useState } from 'react'
import { copyText } from '../lib/clipboard'
import { Button } from './Button'
import styles from './CopyButton.module.css'

interface Props {
  text: string
  children: ReactNode
  look?: 'plain' | 'accent' | 'quiet'
  className?: string | undefined
}

const SHOWN_MS = 1_600

/** Says "Copied" in place; its width is that of the longest of its words, so nothing moves. */
export function CopyButton({ text, children, look = 'plain', className }: Props) {
  const [said, setSaid] = useState<'' | 'Copied' | 'Press Ctrl+C'>('')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const copy = async () => {
    setSaid((await copyText(text)) ? 'Copied' : 'Press Ctrl+C')
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setSaid(''), SHOWN_MS)
  }

  return (
    <Button look={look} onClick={copy} className={className}>
      <span className={styles.stack}>
        <span className={said ? styles.away : undefined}>{children}</span>
        <span className={said ? styles.said : styles.away} aria-live="polite">
          {said || ' '}
        </span>
      </span>
    </Button>
  )
}
