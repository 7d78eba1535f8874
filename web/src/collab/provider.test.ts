import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { Provider, type ProviderOptions } from './provider'
import { ackFrame, eventFrame, FakeServer, FakeSocket, seeded, syncFrame } from './testing'

function open(
  server?: FakeServer,
  more: Partial<Pick<ProviderOptions, 'tandem' | 'waiting' | 'httpWorks'>> = {},
) {
  const doc = new Y.Doc()
  const awareness = new Awareness(doc)
  const sockets: FakeSocket[] = []
  const provider = new Provider({
    url: () => 'ws://test/ws/r',
    doc,
    awareness,
    random: () => 1,
    createSocket: (url, protocols) => {
      const socket = new FakeSocket(url, protocols, server?.onSend)
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
    ...more,
  })
  provider.connect()
  const last = () => sockets.at(-1) as FakeSocket
  const text = doc.getText('file:main')
  const end = () => {
    provider.destroy()
    awareness.destroy()
  }
  return { doc, text, awareness, provider, sockets, last, end }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('Provider', () => {
  test('nothing of ours leaves before hello and the question of the server', () => {
    const c = open()
    c.text.insert(0, 'early')
    c.last().open()
    expect(c.last().sent).toHaveLength(1)
    c.last().receive(syncFrame(0, Y.encodeStateVector(new Y.Doc())))
    expect(c.last().sent).toHaveLength(1)
    c.last().receive(eventFrame({ type: 'hello', epoch: 'e' }))
    const kinds = c.last().sent.map((bytes) => [bytes[0], bytes[1]])
    expect(kinds[0]).toEqual([0, 0])
    expect(kinds[1]?.[0]).toBe(1)
    expect(kinds[2]).toEqual([0, 1])
    expect(c.provider.state.waiting).toBe(1)
    c.last().receive(ackFrame(1))
    expect(c.provider.state.waiting).toBe(0)
    c.end()
  })

  test('is live once step 2 came, and counts edits until they are acknowledged', () => {
    const server = new FakeServer()
    const c = open(server)
    server.accept(c.last())
    expect(c.provider.state).toEqual({ link: 'live', confirms: true, full: false, waiting: 0 })
    c.text.insert(0, 'x')
    expect(server.doc.getText('file:main').toString()).toBe('x')
    expect(c.provider.state.waiting).toBe(0)
    c.end()
  })

  test('a refused epoch stops the talk before anything is merged', () => {
    const doc = new Y.Doc()
    const socket = new FakeSocket('', [])
    const provider = new Provider({
      url: () => '',
      doc,
      awareness: new Awareness(doc),
      welcome: () => false,
      createSocket: () => socket as unknown as WebSocket,
    })
    doc.getText('file:main').insert(0, 'old history')
    provider.connect()
    socket.open()
    socket.receive(eventFrame({ type: 'hello', epoch: 'other' }))
    socket.receive(syncFrame(0, Y.encodeStateVector(new Y.Doc())))
    expect(socket.sent).toHaveLength(1)
    provider.destroy()
  })

  test('reconnects with growing waits and sends what was typed meanwhile', () => {
    const server = new FakeServer()
    const c = open(server)
    server.accept(c.last())
    server.lose(c.last())
    expect(c.provider.state.link).toBe('connecting')
    c.text.insert(0, 'offline')
    vi.advanceTimersByTime(300)
    expect(c.sockets).toHaveLength(2)
    c.last().drop()
    expect(c.provider.state).toMatchObject({ link: 'offline', waiting: 1 })
    vi.advanceTimersByTime(599)
    expect(c.sockets).toHaveLength(2)
    vi.advanceTimersByTime(1)
    server.accept(c.last())
    expect(c.provider.state).toMatchObject({ link: 'live', waiting: 0 })
    expect(server.doc.getText('file:main').toString()).toBe('offline')
    c.end()
  })

  test('a full room says so, is tried again, and is not full once it lets us in', () => {
    const server = new FakeServer()
    const c = open(server)
    c.last().open()
    c.last().drop(1013, 'room_members: the room is full')
    expect(c.provider.state).toMatchObject({ link: 'offline', full: true })
    vi.advanceTimersByTime(10_000)
    server.accept(c.last())
    expect(c.provider.state).toMatchObject({ link: 'live', full: false })
    c.end()
  })

  test('close codes 4400 to 4499 are final', () => {
    const c = open()
    const codes: number[] = []
    c.provider.on('final', ({ code }) => codes.push(code))
    c.last().open()
    c.last().drop(4404)
    vi.advanceTimersByTime(60_000)
    expect(codes).toEqual([4404])
    expect(c.sockets).toHaveLength(1)
    c.end()
  })

  test('tries without the subprotocol in turn, but never where Tandem was met before', () => {
    const c = open()
    c.last().drop()
    vi.advanceTimersByTime(300)
    expect(c.last().protocols).toEqual([])
    c.last().open('')
    c.last().receive(syncFrame(0, Y.encodeStateVector(new Y.Doc())))
    c.last().receive(syncFrame(1, Y.encodeStateAsUpdate(new Y.Doc())))
    c.text.insert(0, 'x')
    expect(c.provider.state).toEqual({ link: 'live', confirms: false, full: false, waiting: 0 })
    c.end()
    const known = open(undefined, { tandem: true })
    known.last().drop()
    vi.advanceTimersByTime(300)
    expect(known.last().protocols).toEqual(['tandem.v1'])
    known.end()
  })

  test('a server that never asks gets everything after a second', () => {
    const c = open()
    c.text.insert(0, 'all of it')
    c.last().open('')
    c.last().receive(syncFrame(1, Y.encodeStateAsUpdate(new Y.Doc())))
    vi.advanceTimersByTime(1_000)
    expect(c.last().sent.at(-1)?.slice(0, 2)).toEqual(Uint8Array.of(0, 2))
    expect(c.provider.state.waiting).toBe(0)
    c.end()
  })

  test('what is composed is held back, at most five seconds; the others are seen at once', () => {
    const server = new FakeServer()
    const [a, b] = [open(server), open(server)]
    server.accept(a.last())
    server.accept(b.last())
    a.provider.hold()
    a.text.insert(0, 'に')
    a.text.insert(1, 'ほ')
    b.text.insert(0, 'Z')
    expect([...a.text.toString()].sort().join('')).toBe('Zにほ')
    expect(b.text.toString()).toBe('Z')
    expect(a.provider.state.waiting).toBe(2)
    vi.advanceTimersByTime(5_000)
    expect(a.text.toString()).toBe(b.text.toString())
    expect(a.text.length).toBe(3)
    expect(a.provider.state.waiting).toBe(0)
    a.end()
    b.end()
  })

  test('says when HTTP works and no WebSocket ever opens, and takes it back', async () => {
    const server = new FakeServer()
    let works = false
    const c = open(server, { httpWorks: async () => works })
    const told: boolean[] = []
    c.provider.on('blocked', (blocked) => told.push(blocked))
    const miss = async () => {
      c.last().drop()
      await vi.advanceTimersByTimeAsync(20_000)
    }
    for (let i = 0; i < 4; i += 1) await miss()
    expect(told).toEqual([])
    works = true
    await miss()
    expect(told).toEqual([true])
    server.accept(c.last())
    expect(told).toEqual([true, false])
    for (let i = 0; i < 4; i += 1) await miss()
    expect(told).toEqual([true, false])
    c.end()
  })

  test('an unreadable message harms nothing', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const server = new FakeServer()
    const c = open(server)
    server.accept(c.last())
    c.last().receive(Uint8Array.of(0, 2, 3, 255, 255, 255))
    c.last().receive(Uint8Array.of(121, 1, 123))
    c.last().receive(Uint8Array.of(99))
    c.text.insert(0, 'fine')
    expect(server.doc.getText('file:main').toString()).toBe('fine')
    expect(c.provider.state.link).toBe('live')
    expect(warn).toHaveBeenCalledTimes(2)
    warn.mockRestore()
    c.end()
  })

  test('coming back is news to those who heard that we left', () => {
    const server = new FakeServer()
    const c = open(server)
    server.accept(c.last())
    const clock = () => c.awareness.meta.get(c.doc.clientID)?.clock ?? 0
    const before = clock()
    c.provider.rejoin()
    expect(c.sockets).toHaveLength(2)
    c.text.insert(0, 'x')
    server.accept(c.last())
    expect(clock()).toBeGreaterThan(before)
    expect(c.provider.state).toEqual({ link: 'live', confirms: true, full: false, waiting: 0 })
    expect(server.doc.getText('file:main').toString()).toBe('x')
    c.end()
  })

  test('silence is asked about, then the connection is given up', () => {
    const c = open()
    c.last().open()
    c.last().receive(eventFrame({ type: 'hello', epoch: 'e' }))
    vi.advanceTimersByTime(35_000)
    expect(c.sockets).toHaveLength(1)
    vi.advanceTimersByTime(16_000)
    expect(c.sockets.length).toBeGreaterThan(1)
    c.end()
  })

  test('a connection that never says a word is given up sooner, open or not', () => {
    for (const opens of [true, false]) {
      const c = open()
      if (opens) c.last().open()
      vi.advanceTimersByTime(14_000)
      expect(c.sockets).toHaveLength(1)
      vi.advanceTimersByTime(8_000)
      expect(c.sockets).toHaveLength(2)
      c.end()
    }
  })

  test('three windows with random edits, drops and holds converge and count to zero', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = seeded(seed)
      const server = new FakeServer()
      const windows = [open(server), open(server), open(server)]
      for (const w of windows) server.accept(w.last())
      for (let step = 0; step < 120; step += 1) {
        const w = windows[Math.floor(random() * 3)] as ReturnType<typeof open>
        const dice = random()
        if (dice < 0.55) w.text.insert(Math.floor(random() * (w.text.length + 1)), 'abc')
        else if (dice < 0.7) w.text.delete(0, Math.min(w.text.length, 2))
        else if (dice < 0.8) server.lose(w.last())
        else if (dice < 0.85) w.provider.hold()
        else if (dice < 0.9) w.provider.release()
        else vi.advanceTimersByTime(Math.floor(random() * 2_000))
        for (const each of windows) if (each.last().readyState === 0) server.accept(each.last())
      }
      for (let i = 0; i < 20; i += 1) {
        vi.advanceTimersByTime(1_000)
        for (const each of windows) if (each.last().readyState === 0) server.accept(each.last())
      }
      const wanted = server.doc.getText('file:main').toString()
      for (const w of windows) {
        expect(w.text.toString(), `seed ${seed}`).toBe(wanted)
        expect(w.provider.state, `seed ${seed}`).toMatchObject({ link: 'live', waiting: 0 })
        w.end()
      }
    }
  })
})
