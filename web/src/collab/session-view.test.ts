import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeStore } from '../shared/store/store'
import { Session } from './session'
import { watchSession } from './session-view'
import { deniedFrame, eventFrame, FakeServer, FakeSocket } from './testing'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', async () => new Response('{}', { status: 404 }))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const ANSWER_MS = 50

async function open() {
  const server = new FakeServer()
  const sockets: FakeSocket[] = []
  const session = new Session({
    roomId: 'r',
    name: 'Ada',
    url: 'ws://test/ws/r',
    createSocket: (url, protocols) => {
      const socket = new FakeSocket(url, protocols, (from, bytes) => {
        setTimeout(() => server.onSend(from, bytes), ANSWER_MS)
      })
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
    openStore: () => ({ ready: Promise.resolve(), close: () => {}, forget: () => {} }),
  })
  const store = makeStore()
  const stop = watchSession(session, store.dispatch)
  await vi.advanceTimersByTimeAsync(0)
  const socket = sockets[0] as FakeSocket
  server.accept(socket)
  return { session, server, store, stop, socket, room: () => store.getState().room }
}

test('the store learns what the server says of the room, and nothing after the end', async () => {
  const { session, store, stop, socket, room } = await open()
  socket.receive(
    eventFrame({ type: 'hello', session: 7, role: 'viewer', room: { name: 'Shapes' } }),
  )
  expect(room()).toMatchObject({ readOnly: true, name: 'Shapes' })
  socket.receive(eventFrame({ type: 'role_changed', session: 7, role: 'editor' }))
  socket.receive(eventFrame({ type: 'room_renamed', name: 'Circles' }))
  socket.receive(eventFrame({ type: 'notice', message: 'Back in a minute.' }))
  expect(room()).toMatchObject({ readOnly: false, name: 'Circles', notice: 'Back in a minute.' })
  session.files.create('b.py')
  expect(store.getState().files.list.map((file) => file.name)).toEqual(['b.py', 'main.py'])
  stop()
  socket.receive(eventFrame({ type: 'room_renamed', name: 'Squares' }))
  expect(room().name).toBe('Circles')
  session.destroy()
})

test('people come into the store five times a second at most, with the lines the editor sees', async () => {
  const { session, stop, room } = await open()
  const peers: number[] = []
  await vi.advanceTimersByTimeAsync(250)
  const own = session.doc.clientID
  for (let line = 1; line <= 40; line += 1) {
    session.showLines([{ clientId: own, line }])
    await vi.advanceTimersByTimeAsync(10)
    const seen = room().peers[0]?.line ?? 0
    if (seen !== peers.at(-1)) peers.push(seen)
  }
  await vi.advanceTimersByTimeAsync(250)
  expect(room().peers[0]?.line).toBe(40)
  expect(peers.length).toBeLessThanOrEqual(4)
  stop()
  session.destroy()
})

test('"saving" is said at once and "saved" after a pause', async () => {
  const { session, stop, room } = await open()
  await vi.advanceTimersByTimeAsync(1_000)
  session.doc.getText('file:main').insert(0, 'x')
  expect(room().waiting).toBe(1)
  await vi.advanceTimersByTimeAsync(ANSWER_MS + 10)
  expect(session.state.waiting).toBe(0)
  expect(room().waiting).toBe(1)
  await vi.advanceTimersByTimeAsync(400)
  expect(room().waiting).toBe(0)
  stop()
  session.destroy()
})

test('why nothing is saved is known for as long as it is so', async () => {
  const { session, stop, socket, room } = await open()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(room()).toMatchObject({ link: 'live', unsaved: null })
  const stalled = { type: 'error', code: 'store_stalled', message: 'No space left.' }
  socket.receive(eventFrame({ ...stalled, reason: 'full' }))
  expect(room()).toMatchObject({ unsaved: { kind: 'full', why: 'No space left.' }, notice: '' })
  socket.receive(eventFrame({ type: 'notice', code: 'store_recovered', message: 'Works again.' }))
  expect(room()).toMatchObject({ unsaved: null, notice: '' })
  socket.receive(eventFrame({ ...stalled, reason: 'busy' }))
  expect(room().unsaved?.kind).toBe('stalled')
  // A refusal stays, whatever the disk does, until there is a new connection.
  socket.receive(deniedFrame('The document is too large.'))
  socket.receive(
    eventFrame({ type: 'error', code: 'document_bytes', message: 'The document is too large.' }),
  )
  socket.receive(eventFrame({ type: 'notice', code: 'store_recovered', message: 'Works again.' }))
  expect(room()).toMatchObject({
    unsaved: { kind: 'refused', why: 'The document is too large.' },
    notice: '',
  })
  socket.receive(eventFrame({ type: 'hello', session: 1, role: 'editor' }))
  expect(room().unsaved).toBeNull()
  stop()
  session.destroy()
})

test('a server that is silent about an edit is a warning after ten seconds', async () => {
  const { session, server, stop, room } = await open()
  await vi.advanceTimersByTimeAsync(1_000)
  server.acks = false
  session.doc.getText('file:main').insert(0, 'x')
  await vi.advanceTimersByTimeAsync(9_000)
  expect(room()).toMatchObject({ waiting: 1, unsaved: null })
  await vi.advanceTimersByTimeAsync(2_000)
  expect(room().unsaved?.kind).toBe('slow')
  stop()
  session.destroy()
})

test('whoever was here when the connection broke is grey, and nobody is alone', async () => {
  const { session, server, stop, socket, room } = await open()
  const bo = { session: 9, name: 'Bo', color_index: 2, role: 'editor', author: 4 }
  socket.receive(eventFrame({ type: 'member_joined', member: bo }))
  await vi.advanceTimersByTimeAsync(1_000)
  expect(room().peers.map(({ name, away, person }) => [name, away, person])).toEqual([
    ['Ada', false, null],
    ['Bo', false, 4],
  ])
  server.lose(socket)
  await vi.advanceTimersByTimeAsync(300)
  expect(room().link).not.toBe('live')
  expect(room().peers.map(({ name, away }) => [name, away])).toEqual([
    ['Ada', false],
    ['Bo', true],
  ])
  stop()
  session.destroy()
})
