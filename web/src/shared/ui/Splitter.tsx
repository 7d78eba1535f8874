import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import styles from './Splitter.module.css'

interface Props {
  /** What gets wider: "Files". */
  label: string
  value: number
  min: number
  max: number
  normal: number
  /** The pane lies to the left of the line, or to its right. */
  side: 'left' | 'right'
  onChange: (value: number) => void
}

const STEP_PX = 16

/** The line between two panes: drag it, or move it with the arrow keys; a double click resets it. */
export function Splitter({ label, value, min, max, normal, side, onChange }: Props) {
  const start = useRef<{ x: number; value: number } | null>(null)
  const sign = side === 'left' ? 1 : -1

  const down = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    start.current = { x: event.clientX, value }
  }
  const move = (event: PointerEvent<HTMLDivElement>) => {
    const from = start.current
    if (from) onChange(from.value + sign * (event.clientX - from.x))
  }
  const key = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.shiftKey ? 4 * STEP_PX : STEP_PX
    const next = new Map([
      ['ArrowLeft', value - sign * step],
      ['ArrowRight', value + sign * step],
      ['Home', min],
      ['End', max],
      ['Enter', normal],
    ])
    const wanted = next.get(event.key)
    if (wanted === undefined) return
    event.preventDefault()
    onChange(wanted)
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a window splitter; hr cannot hold a value.
    <div
      className={`${styles.splitter} ${side === 'left' ? styles.atRight : styles.atLeft}`}
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${label}`}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => {
        start.current = null
      }}
      onDoubleClick={() => onChange(normal)}
      onKeyDown={key}
    />
  )
}
