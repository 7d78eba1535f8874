import { afterEach, expect, test, vi } from 'vitest'
import { applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { Roster } from './roster'
import { steadyAwareness } from './steady-awareness'
import type { RoomMember } from './wire'

afterEach(() => vi.useRealTimers())

const member = (session: number, author = session * 10): RoomMember => {
  return { session, author, name: `P${session}`, color: 0, role: 'editor' }
}

const state = (session: number) => ({ user: { id: session, name: `P${session}` }, file: 'main' })

test('who is here is what the server says', () => {
  const roster = new Roster()
  const own = { clientId: 100, session: 1 }
  const seen = (states: [number, unknown][]) =>
    roster
      .list(new Map(states), own, () => 0)
      .map(({ name, person, clientId }) => {
        return `${name} ${person} ${clientId}`
      })
  roster.begin([member(1), member(2)])
  // Whoever has said nothing yet is here; whoever says something is the same one.
  expect(seen([[100, state(1)]])).toEqual(['P1 10 100', 'P2 20 -2'])
  expect(
    seen([
      [100, state(1)],
      [200, state(2)],
    ]),
  ).toEqual(['P1 10 100', 'P2 20 200'])
  roster.heard({ type: 'memberJoined', member: member(3, 20) })
  expect(
    seen([
      [100, state(1)],
      [200, state(2)],
    ]),
  ).toEqual(['P1 10 100', 'P2 20 200', 'P3 20 -3'])
  // A state that the server took back for nobody is a ghost.
  roster.heard({ type: 'memberLeft', session: 2 })
  expect(
    seen([
      [100, state(1)],
      [200, state(2)],
    ]),
  ).toEqual(['P1 10 100', 'P3 20 -3'])
  // Servers that name nobody are believed by their awareness.
  roster.begin([])
  expect(
    seen([
      [100, state(1)],
      [200, state(2)],
    ]),
  ).toEqual(['P1 null 100', 'P2 null 200'])
})

test('nobody goes because of a clock: silence of an hour, a clock that is set', () => {
  vi.useFakeTimers()
  const [mine, theirs] = [steadyAwareness(new Y.Doc()), steadyAwareness(new Y.Doc())]
  theirs.setLocalState({ user: { name: 'Bo' } })
  const id = theirs.clientID
  applyAwarenessUpdate(mine, encodeAwarenessUpdate(theirs, [id]), null)
  mine.setLocalState({ user: { name: 'Ada' } })
  vi.advanceTimersByTime(3_600_000)
  expect(mine.getStates().has(id)).toBe(true)
  vi.setSystemTime(Date.now() + 86_400_000)
  vi.advanceTimersByTime(60_000)
  expect(mine.getStates().has(id)).toBe(true)
  // Stock clients see us all the while: the clock of our state goes on.
  const before = mine.meta.get(mine.clientID)?.clock ?? 0
  vi.advanceTimersByTime(30_000)
  expect(mine.meta.get(mine.clientID)?.clock).toBeGreaterThan(before)
  mine.destroy()
  theirs.destroy()
})
