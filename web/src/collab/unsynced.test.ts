import { describe, expect, test } from 'vitest'
import { seeded } from './testing'
import { Unsynced } from './unsynced'

describe('Unsynced', () => {
  test('an edit waits until the frame that carries it is acknowledged', () => {
    const u = new Unsynced()
    u.sent()
    u.edited()
    u.sent(1)
    u.edited()
    u.sent(1)
    expect(u.waiting).toBe(2)
    expect(u.ack(1)).toBe(true)
    expect(u.waiting).toBe(2)
    u.ack(2)
    expect(u.waiting).toBe(1)
    u.ack(3)
    expect(u.waiting).toBe(0)
  })

  test('a lost connection makes unconfirmed edits wait again, for step 2 to carry', () => {
    const u = new Unsynced(2)
    u.edited()
    u.sent()
    u.disconnected()
    u.edited()
    expect(u.waiting).toBe(4)
    u.sent()
    u.ack(1)
    expect(u.waiting).toBe(0)
  })

  test('impossible numbers are refused', () => {
    const u = new Unsynced()
    u.edited()
    u.sent()
    expect(u.ack(2)).toBe(false)
    expect(u.waiting).toBe(1)
    expect(u.ack(1)).toBe(true)
    expect(u.ack(0)).toBe(false)
  })

  test('agrees with a slow twin on random histories', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed)
      const u = new Unsynced()
      // The twin: for each edit the frame that carries it, 0 for none, -1 for done.
      let twin: number[] = []
      let frames = 0
      let acked = 0
      for (let step = 0; step < 100; step += 1) {
        const dice = random()
        if (dice < 0.4) {
          u.edited()
          twin.push(0)
        } else if (dice < 0.7) {
          u.sent()
          frames += 1
          twin = twin.map((frame) => (frame === 0 ? frames : frame))
        } else if (dice < 0.95) {
          acked += Math.floor(random() * (frames - acked + 1))
          expect(u.ack(acked)).toBe(true)
          twin = twin.map((frame) => (frame > 0 && frame <= acked ? -1 : frame))
        } else {
          u.disconnected()
          frames = 0
          acked = 0
          twin = twin.map((frame) => Math.min(frame, 0))
        }
        expect(u.waiting, `seed ${seed}`).toBe(twin.filter((frame) => frame >= 0).length)
      }
    }
  })
})
