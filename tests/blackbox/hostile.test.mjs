// Readers that do not read and senders that do not stop: they are ended, their memory comes back, and
// nobody else loses anything.
import assert from 'node:assert/strict'
import { test as runTest } from 'node:test'
import * as Y from 'yjs'
import { people, rssBytes, startHarm } from './hostile.mjs'
import { frame, metric, RawSocket, refused, sync } from './raw.mjs'
import { Server, until } from './server.mjs'

/** A test that hangs fails by itself. */
const test = (name, run) => runTest(name, { timeout: 90000 }, run)

const begin = async (...flags) =>
  new Server(['--create-on-join', '--bytes-per-second', '0', '--threads', '2', ...flags]).start()
const end = async (server) => assert.equal(await server.remove(), 0)
const step1 = frame([0, 0, 1, 0])

const open = async (server, room, options) => {
  const socket = new RawSocket(server.port, `/ws/${room}`, { protocol: 'tandem.v1', ...options })
  assert.equal(await socket.opened, 101)
  socket.write(step1)
  return socket
}

const insert = (bytes) => {
  const doc = new Y.Doc()
  doc.getText('file:main').insert(0, 'x'.repeat(bytes))
  return sync(2, Y.encodeStateAsUpdate(doc))
}

/** Types until the server gave the deaf reader up, or `most` bytes were typed. */
const typeUntil = async (writer, done, most) => {
  for (let sent = 0, edits = 1; sent < most; sent += 100000, edits++) {
    writer.write(insert(100000))
    await until(() => writer.acked >= edits, 'an ack', 30000)
    if (await done()) return
  }
  throw new Error('the reader was never given up')
}

test('queue_hard_bytes: a reader that never reads is closed, and its memory comes back', async () => {
  const server = await begin('--queue-hard-bytes', '2000000', '--queue-soft-bytes', '1000000')
  const writer = await open(server, 'a')
  const deaf = await open(server, 'a', { paused: true })
  const bystander = await open(server, 'a')
  await typeUntil(writer, async () => (await refused(server, 'queue_hard_bytes')) === 1, 60e6)
  assert.equal(await metric(server, 'tandem_ws_closed_slow_total'), 1)
  await until(async () => (await metric(server, 'tandem_ws_connections')) === 2, 'the socket is gone')
  await until(async () => (await metric(server, 'tandem_sockets_bytes')) < 100000, 'nothing is queued')
  assert.equal(bystander.closed, null)
  assert.match(server.log, /slow reader closed/)
  for (const socket of [writer, deaf, bystander]) socket.destroy()
  await end(server)
})

test('queue_soft_bytes: behind for queue_soft_ms is too slow, although there is room', async () => {
  const server = await begin('--queue-soft-bytes', '300000', '--queue-soft-ms', '700')
  const writer = await open(server, 'a')
  const deaf = await open(server, 'a', { paused: true })
  let queued = 0
  await typeUntil(writer, async () => (queued = await metric(server, 'tandem_queue_bytes')) > 300000, 60e6)
  assert.ok(queued < 8 << 20)
  await until(async () => (await refused(server, 'queue_soft_bytes')) === 1, 'it is given up')
  // What it still reads ends with a close frame that says why, if a piece was under way: whole.
  deaf.socket.on('data', (more) => deaf.read(more))
  deaf.socket.resume()
  assert.equal(await deaf.ended, 1013)
  assert.match(deaf.reason, /^limit queue_soft_bytes/)
  writer.destroy()
  await end(server)
})

test('sockets_bytes: all queues together are bounded', async () => {
  const server = await begin('--queue-soft-bytes', '300000', '--sockets-bytes', '1000000', '--threads', '1')
  const writer = await open(server, 'a')
  const deaf = []
  for (let i = 0; i < 5; i++) deaf.push(await open(server, 'a', { paused: true }))
  await typeUntil(writer, async () => (await refused(server, 'sockets_bytes')) > 0, 60e6)
  await until(async () => (await metric(server, 'tandem_sockets_bytes')) < 1000000, 'below the limit')
  assert.equal(writer.closed, null)
  for (const socket of [writer, ...deaf]) socket.destroy()
  await end(server)
})

test('a large first sync over a slow line is not "too slow"; one that stands still is', async () => {
  const server = await begin(
    '--queue-soft-bytes',
    '500000',
    '--queue-soft-ms',
    '500',
    '--queue-hard-bytes',
    '600000',
  )
  const writer = await open(server, 'a')
  const bytes = 15 << 20
  writer.write(insert(bytes))
  await until(() => writer.acked === 1, 'it is saved', 30000)

  const slow = await open(server, 'a')
  const drip = setInterval(() => {
    slow.socket.pause()
    setTimeout(() => slow.socket.resume(), 40)
  }, 50)
  const whole = () => slow.frames.some((payload) => payload.length > bytes)
  await until(() => whole() || slow.closed !== null, 'the document', 60000)
  clearInterval(drip)
  assert.ok(whole(), `closed with ${slow.closed}`)

  const still = await open(server, 'a', { paused: true })
  await until(async () => (await refused(server, 'queue_soft_bytes')) === 1, 'it is given up', 60000)
  for (const socket of [writer, slow, still]) socket.destroy()
  await end(server)
})

test('deaf readers, slow headers and flooders at once: people lose nothing, memory is bounded', async () => {
  const server = await begin('--header-ms', '2000')
  const before = rssBytes(server.child.pid)
  const harm = await startHarm({ port: server.port, slow: 200, flooders: 24, deaf: 4, rooms: 4 })
  const { lost } = await people(server.port, { pairs: 4, edits: 40, everyMs: 40, graceMs: 30000 })
  const rss = rssBytes(server.child.pid)
  assert.equal(lost, 0)
  assert.ok(rss - before < 512 << 20, `${rss - before} bytes more`)
  await until(async () => (await refused(server, 'header_ms')) === 200, 'slow headers are ended', 30000)
  assert.ok((await metric(server, 'tandem_input_pauses_total')) > 0, 'flooders are slowed')
  await harm.stop()
  assert.equal((await server.fetch('/readyz')).status, 200)
  await end(server)
})
