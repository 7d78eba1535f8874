import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react'
import type { RoomHistory } from '../../collab/history'
import { momentAt, playTimes } from '../../collab/playback'

export const SPEEDS = [1, 2, 4, 8, 16, 32] as const

export interface Playback {
  /** When each moment comes, in play time. */
  times: readonly number[]
  duration: number
  /** Where we are, in play time. */
  time: number
  /** The moment that is shown; -1: before the first. */
  index: number
  playing: boolean
  speed: number
  skipIdle: boolean
  play: (playing: boolean) => void
  seek: (time: number) => void
  step: (by: number) => void
  setSpeed: (speed: number) => void
  setSkipIdle: (skip: boolean) => void
}

/** Renders again whenever more of the history is here. */
function useChanges(history: RoomHistory): void {
  const [, changed] = useReducer((count: number) => count + 1, 0)
  useEffect(() => history.on('changed', changed), [history])
}

export function usePlayback(history: RoomHistory): Playback {
  useChanges(history)
  const { moments } = history.timeline
  const count = moments.length
  const [time, setTime] = useState(0)
  const [playing, setPlaying] = useState(false)
  const [speed, setSpeed] = useState<number>(4)
  const [skipIdle, setSkip] = useState(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list grows in place
  const times = useMemo(() => playTimes(moments, skipIdle), [moments, count, skipIdle])
  const duration = times.at(-1) ?? 0
  const index = momentAt(times, time)
  const latest = useRef({ times, duration })
  latest.current = { times, duration }

  useEffect(() => {
    if (!playing) return
    let before = performance.now()
    let frame = requestAnimationFrame(function tick(now: number) {
      const passed = (now - before) * speed
      before = now
      setTime((at) => Math.min(latest.current.duration, at + passed))
      frame = requestAnimationFrame(tick)
    })
    return () => cancelAnimationFrame(frame)
  }, [playing, speed])
  useEffect(() => {
    if (playing && time >= duration) setPlaying(false)
  }, [playing, time, duration])

  const seek = useCallback((to: number) => {
    setTime(Math.max(0, Math.min(latest.current.duration, to)))
  }, [])
  const step = useCallback((by: number) => {
    setPlaying(false)
    setTime((at) => {
      const { times: all } = latest.current
      const next = Math.max(0, Math.min(all.length - 1, momentAt(all, at) + by))
      return all[next] ?? 0
    })
  }, [])
  const play = useCallback((on: boolean) => {
    // At the end there is nothing left to play: begin again.
    if (on) setTime((at) => (at >= latest.current.duration ? 0 : at))
    setPlaying(on)
  }, [])
  const setSkipIdle = useCallback(
    (skip: boolean) => {
      const at = momentAt(latest.current.times, time)
      setSkip(skip)
      setTime(playTimes(moments, skip)[at] ?? 0)
    },
    [moments, time],
  )
  return {
    times,
    duration,
    time,
    index,
    playing,
    speed,
    skipIdle,
    play,
    seek,
    step,
    setSpeed,
    setSkipIdle,
  }
}
