import { afterEach, beforeEach, expect, test, vi } from 'vitest'
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

async function open(server: FakeServer) {
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
  })
  await vi.advanceTimersByTimeAsync(0)
  const socket = sockets[0] as FakeSocket
  server.accept(socket)
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
