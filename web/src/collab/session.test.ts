import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Carried } from './carried'
import { Session } from './session'
import { eventFrame, FakeServer, FakeSocket } from './testing'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', async () => new Response('{}', { status: 404 }))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function open(server: FakeServer, carried?: Carried) {
  const sockets: FakeSocket[] = []
  const forget = vi.fn()
  const session = new Session({
    roomId: 'r',
    name: 'Ada',
    url: 'ws://test/ws/r',
    createSocket: (url, protocols) => {
      const socket = new FakeSocket(url, protocols, server.onSend)
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
    openStore: () => ({ ready: Promise.resolve(), close: () => {}, forget }),
    carried,
  })
  await vi.advanceTimersByTimeAsync(0)
  const socket = sockets[0] as FakeSocket
  if (!carried) server.accept(socket)
  const resets: string[] = []
  session.on('reset', (reason) => resets.push(reason))
  return { session, socket, forget, resets }
}

test('whose client id another writer used begins anew, without the copy that cannot be merged', async () => {
  for (const code of ['client_id_conflict', 'client_id_lease']) {
    const { session, socket, forget, resets } = await open(new FakeServer())
    socket.receive(eventFrame({ type: 'error', code, message: 'x' }))
    expect(resets).toEqual(['identity'])
    expect(forget).toHaveBeenCalledOnce()
    session.destroy()
  }
})

test('what was written under a client id of another is written again under a new one', async () => {
  const server = new FakeServer()
  const { session, socket } = await open(server)
  session.doc.getText('file:main').insert(0, 'saved ')
  server.lose(socket)
  session.doc.getText('file:main').insert(6, 'offline')
  const carried = { doc: session.doc, waiting: session.state.waiting }
  expect(carried.waiting).toBe(1)
  session.destroy()

  const next = await open(server, carried)
  const told: boolean[] = []
  next.session.on('carried', ({ written }) => told.push(written))
  expect(next.session.state.waiting).toBe(1)
  server.accept(next.socket)
  expect(told).toEqual([true])
  expect(server.doc.getText('file:main').toString()).toBe('saved offline')
  expect(next.session.doc.clientID).not.toBe(carried.doc.clientID)
  expect(next.session.state.waiting).toBe(0)
  next.session.destroy()
})

test('other errors do not', async () => {
  const { session, socket, forget, resets } = await open(new FakeServer())
  socket.receive(eventFrame({ type: 'error', code: 'document_bytes', message: 'x' }))
  expect(resets).toEqual([])
  expect(forget).not.toHaveBeenCalled()
  session.destroy()
})

test('another history is not merged into', async () => {
  const { session, socket, resets } = await open(new FakeServer())
  socket.receive(eventFrame({ type: 'hello', epoch: 'e2' }))
  expect(resets).toEqual(['history'])
  session.destroy()
})
