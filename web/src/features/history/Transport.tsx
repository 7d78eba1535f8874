import { type KeyboardEvent, useEffect, useRef } from 'react'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import styles from './history.module.css'
import { type Playback, SPEEDS } from './usePlayback'

const FAR_STEPS = 50

interface Props {
  playback: Playback
  /** What the slider stands at, in words. */
  moment: string
}

/** Arrow keys go from moment to moment: a pixel of the slider may hold a hundred. */
function stepOf(key: string, count: number): number {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return -1
    case 'ArrowRight':
    case 'ArrowUp':
      return 1
    case 'PageDown':
      return -FAR_STEPS
    case 'PageUp':
      return FAR_STEPS
    case 'Home':
      return -count
    case 'End':
      return count
    default:
      return 0
  }
}

export function Transport({ playback, moment }: Props) {
  const { time, duration, playing, times } = playback
  const slider = useRef<HTMLInputElement>(null)
  // Who opens the history means to go through it.
  useEffect(() => slider.current?.focus(), [])
  const onKeyDown = (event: KeyboardEvent) => {
    const step = stepOf(event.key, times.length)
    if (step === 0 && event.key !== ' ') return
    event.preventDefault()
    if (step === 0) playback.play(!playing)
    else playback.step(step)
  }
  return (
    <div className={styles.transport}>
      <Button
        shape="square"
        aria-label={playing ? 'Pause' : 'Play'}
        title={playing ? 'Pause (Space)' : 'Play (Space)'}
        onClick={() => playback.play(!playing)}
      >
        <Icon name={playing ? 'pause' : 'play'} />
      </Button>
      <input
        ref={slider}
        className={styles.slider}
        type="range"
        min={0}
        max={Math.max(1, duration)}
        step="any"
        value={time}
        aria-label="Moment"
        aria-valuetext={moment}
        onChange={(event) => playback.seek(Number(event.target.value))}
        onKeyDown={onKeyDown}
      />
    </div>
  )
}

export function PlaybackChoices({ playback }: { playback: Playback }) {
  const { speed, skipIdle } = playback
  return (
    <>
      <label className={styles.choice}>
        Speed
        <select value={speed} onChange={(event) => playback.setSpeed(Number(event.target.value))}>
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              {one}×
            </option>
          ))}
        </select>
      </label>
      <label className={styles.choice}>
        <input
          type="checkbox"
          checked={skipIdle}
          onChange={(event) => playback.setSkipIdle(event.target.checked)}
        />
        Skip pauses
      </label>
    </>
  )
}
