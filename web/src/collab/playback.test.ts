import { expect, test } from 'vitest'
import { IDLE_MS, momentAt, playTimes, stretches } from './playback'
import type { Moment } from './timeline'

const moment = (at: number, author = 1): Moment => ({ seq: at, author, at, edits: [] })

test('idle time is skipped or not, and clocks that jump back do no harm', () => {
  const moments = [moment(5_000), moment(5_100), moment(65_100), moment(65_000), moment(65_200)]
  expect(playTimes(moments, false)).toEqual([0, 100, 60_100, 60_100, 60_300])
  expect(playTimes(moments, true)).toEqual([0, 100, 100 + IDLE_MS, 100 + IDLE_MS, 300 + IDLE_MS])
  expect(playTimes([], true)).toEqual([])
})

test('a time has a moment', () => {
  const times = [0, 100, 100, 300]
  expect([-1, 0, 99, 100, 299, 300, 9_999].map((time) => momentAt(times, time))).toEqual([
    -1, 0, 0, 2, 2, 3, 3,
  ])
})

test('tracks show who wrote when', () => {
  const moments = [moment(0, 1), moment(10, 2), moment(50, 1), moment(400, 1)]
  expect(stretches(moments, playTimes(moments, false), 100)).toEqual([
    { author: 1, from: 0, to: 50 },
    { author: 2, from: 10, to: 10 },
    { author: 1, from: 400, to: 400 },
  ])
})
