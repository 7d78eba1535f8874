import { beforeEach, describe, expect, test, vi } from 'vitest'
import { Follow, type FollowView } from './follow'
import type { Member } from './presence'

const ME = 1

function member(clientId: number, more: Partial<Member> = {}): Member {
  return {
    clientId,
    clock: 0,
    self: clientId === ME,
    role: 'editor',
    person: null,
    name: `P${clientId}`,
    color: 0,
    session: clientId,
    file: 'main',
    selections: [],
    line: 1,
    top: null,
    rows: 0,
    following: null,
    call: null,
    restored: null,
    idle: false,
    ...more,
  }
}

function setUp(...others: Member[]) {
  const now = { members: [member(ME), ...others], lastActAt: 0 }
  const present = vi.fn()
  const view = {
    show: vi.fn(),
    place: () => 'here',
    goTo: vi.fn(),
    lastOwnActAt: () => now.lastActAt,
  } satisfies FollowView
  const follow = new Follow({ members: () => now.members, present })
  follow.attach(view)
  const change = (...next: Member[]) => {
    const own = member(ME, { following: follow.leader })
    now.members = [own, ...next]
    follow.membersChanged(now.members)
  }
  const shown = () => view.show.mock.lastCall?.[0].clientId
  return { follow, view, present, change, shown, now }
}

beforeEach(() => void vi.useFakeTimers())

describe('Follow', () => {
  test('shows whom one follows, tells it, and ends when that one leaves', () => {
    const { follow, present, shown, change } = setUp(member(2), member(3))
    follow.start(2)
    expect(shown()).toBe(2)
    expect(present).toHaveBeenLastCalledWith({ following: 2 })
    change(member(3))
    expect(follow.leader).toBeNull()
    expect(present).toHaveBeenLastCalledWith({ following: null })
    follow.start(ME)
    follow.start(99)
    expect(follow.leader).toBeNull()
  })

  test('goes through the others one by one, then to nobody', () => {
    const { follow } = setUp(member(2), member(3))
    const leaders = [1, 2, 3, 4].map(() => {
      follow.next()
      return follow.leader
    })
    expect(leaders).toEqual([2, 3, null, 2])
  })

  test('a chain shows its end; circles stop nothing', () => {
    const { follow, shown, change } = setUp(member(2, { following: 3 }), member(3))
    follow.start(2)
    expect(shown()).toBe(3)
    change(member(2, { following: 3 }), member(3, { following: 2 }))
    expect(follow.leader).toBe(2)
  })

  test('when the leader begins to follow this window, following ends', () => {
    const { follow, change } = setUp(member(2))
    follow.start(2)
    change(member(2, { following: ME }))
    expect(follow.leader).toBeNull()
  })

  test('a call brings the idle at once, asks the busy, and is heard once', () => {
    const { follow, change, now } = setUp(member(2))
    const called = vi.fn()
    follow.on('called', called)
    change(member(2))
    change(member(2, { call: 7 }))
    change(member(2, { call: 7 }))
    expect(called).toHaveBeenCalledTimes(1)
    expect(called.mock.lastCall?.[0]).toMatchObject({ brought: true, before: 'here' })
    expect(follow.leader).toBe(2)
    follow.returnTo('here')
    now.lastActAt = Date.now()
    change(member(2, { call: 8 }))
    expect(called.mock.lastCall?.[0]).toMatchObject({ brought: false })
    expect(follow.leader).toBeNull()
  })

  test('who joins hears no old call, and a call ends by itself', () => {
    const { follow, change, present } = setUp()
    const called = vi.fn()
    follow.on('called', called)
    change(member(2, { call: 7 }))
    expect(called).not.toHaveBeenCalled()
    follow.callEveryone()
    expect(present.mock.lastCall?.[0].call).toBeTypeOf('number')
    vi.advanceTimersByTime(10_000)
    expect(present).toHaveBeenLastCalledWith({ call: null })
  })
})
