import type { Moment } from './timeline'

/** Pauses longer than this are shown as this long, when idle time is skipped. */
export const IDLE_MS = 1_500

/**
 * When each moment comes while a history is played, in milliseconds from its start at normal
 * speed.
 */
export function playTimes(moments: readonly Moment[], skipIdle: boolean): number[] {
  const times: number[] = []
  let time = 0
  let before = moments[0]?.at ?? 0
  for (const { at } of moments) {
    // The server's clock never runs backwards within one run, but may between two.
    const gap = Math.max(0, at - before)
    time += skipIdle ? Math.min(gap, IDLE_MS) : gap
    times.push(time)
    before = at
  }
  return times
}

/** Index of the last moment that has come at `time`; -1: none. */
export function momentAt(times: readonly number[], time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}

export interface Stretch {
  author: number
  /** In play time. */
  from: number
  to: number
}

/** When each person wrote, for the tracks: moments of one author that are close are one stretch. */
export function stretches(
  moments: readonly Moment[],
  times: readonly number[],
  joinMs: number,
): Stretch[] {
  const open = new Map<number, Stretch>()
  const all: Stretch[] = []
  moments.forEach(({ author }, i) => {
    const time = times[i] ?? 0
    const last = open.get(author)
    if (last && time - last.to <= joinMs) {
      last.to = time
      return
    }
    const stretch = { author, from: time, to: time }
    open.set(author, stretch)
    all.push(stretch)
  })
  return all
}
