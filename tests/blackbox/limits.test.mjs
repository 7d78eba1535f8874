// Limits: each is a setting, refuses with its name, and slows before it refuses.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test as runTest } from 'node:test'
import * as Y from 'yjs'
import { frame, metric, presence, RawSocket, refused, sync } from './raw.mjs'
import { Server, until } from './server.mjs'

/** A test that hangs fails by itself. */
const test = (name, run) => runTest(name, { timeout: 60000 }, run)

const begin = async (...flags) => new Server(['--create-on-join', ...flags]).start()
const end = async (server) => assert.equal(await server.remove(), 0)

const join = async (server, room, options) => {
  const socket = new RawSocket(server.port, `/ws/${room}`, { protocol: 'tandem.v1', ...options })
  assert.equal(await socket.opened, 101)
  if (!options?.paused) await until(() => socket.events.length > 0, 'hello')
  return socket
}

/** Small updates of one writer, one after the other. */
const edits = (count) => {
  const doc = new Y.Doc()
  const out = []
  doc.on('update', (update) => out.push(update))
  for (let i = 0; i < count; i++) doc.getText('file:main').insert(i, String(i % 10))
  return out
}

const bigUpdate = (bytes, client) => {
  const doc = new Y.Doc()
  doc.clientID = client ?? doc.clientID
  doc.getText('file:main').insert(0, 'x'.repeat(bytes))
  return Y.encodeStateAsUpdate(doc)
}

test('hello announces the limits that a client can keep to, as they are set', async () => {
  const server = await begin('--chat-bytes', '77', '--files', '9')
  const socket = await join(server, 'a')
  assert.deepEqual(socket.events[0].limits, {
    frame_bytes: (16 << 20) + 64,
    update_bytes: 16 << 20,
    awareness_bytes: 2048,
    chat_bytes: 77,
    files: 9,
    file_name_bytes: 255,
  })
  socket.destroy()
  await end(server)
})

test('sockets_per_address: loopback is an address like all', async () => {
  const server = await begin('--sockets-per-address', '3')
  const held = []
  for (let i = 0; i < 3; i++) held.push(await join(server, 'a'))
  const reply = await server.raw('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(reply, /^HTTP\/1\.1 429 [^]*limit sockets_per_address/)
  const other = new RawSocket(server.port, '/ws/a', { from: '127.0.0.2' })
  assert.equal(await other.opened, 101)
  other.destroy()
  held.pop().destroy()
  await until(async () => (await server.fetch('/healthz').catch(() => ({}))).status === 200, 'room again')
  await until(async () => (await refused(server, 'sockets_per_address')) >= 1, 'it is counted')
  for (const socket of held) socket.destroy()
  await end(server)
})

test('misses_per_minute: guessing ends with 429, for what is there too', async () => {
  const server = await new Server(['--misses-per-minute', '5']).start()
  const { room_id: id } = (await server.call('POST', '/rooms/')).json
  for (let i = 0; i < 4; i++) assert.equal((await server.call('GET', `/rooms/guess-${i}`)).status, 404)
  const socket = new RawSocket(server.port, '/ws/guess-4')
  assert.equal(await socket.ended, 4404)
  await until(async () => (await server.call('GET', `/rooms/${id}`)).status === 429, 'the address is known')
  const over = await server.call('GET', `/rooms/${id}`)
  assert.match(over.json.detail, /^limit misses_per_minute/)
  assert.ok(Number(over.headers.get('retry-after')) >= 1)
  for (const [method, path] of [
    ['GET', `/rooms/${id}/code`],
    ['DELETE', `/rooms/${id}`],
    ['GET', `/rooms/${id}/chat`],
    ['GET', `/rooms/${id}/history`],
    ['GET', '/rooms/guess-9/chat'],
    ['GET', '/rooms/guess-9'],
  ])
    assert.equal((await server.call(method, path)).status, 429, path)
  const closed = new RawSocket(server.port, `/ws/${id}`)
  assert.equal(await closed.opened, 429)
  assert.equal((await server.call('GET', '/healthz')).status, 200)
  assert.equal((await refused(server, 'misses_per_minute')) > 4, true)
  await end(server)
})

test('rooms_per_minute and joins_per_minute', async () => {
  const server = await begin('--rooms-per-minute', '2', '--joins-per-minute', '3')
  assert.equal((await server.call('POST', '/rooms/')).status, 201)
  assert.equal((await server.call('POST', '/rooms/')).status, 201)
  const over = await server.call('POST', '/rooms/')
  assert.equal(over.status, 429)
  assert.match(over.json.detail, /limit rooms_per_minute/)
  for (let i = 0; i < 3; i++) (await join(server, 'a')).destroy()
  const fourth = new RawSocket(server.port, '/ws/a')
  assert.equal(await fourth.opened, 429)
  assert.match(fourth.head, /limit joins_per_minute/)
  await end(server)
})

test('behind a trusted proxy each client has limits of its own; others are not believed', async () => {
  const create = (server, forwarded) =>
    server.call('POST', '/rooms/', undefined, { 'x-forwarded-for': forwarded })
  const behind = await begin(
    '--trusted-proxies',
    '127.0.0.1',
    '--rooms-per-minute',
    '1',
    '--sockets-per-address',
    '1',
  )
  assert.equal((await create(behind, '192.0.2.1')).status, 201)
  assert.equal((await create(behind, '192.0.2.1')).status, 429)
  assert.equal((await create(behind, '192.0.2.2')).status, 201)
  assert.equal((await create(behind, '192.0.2.3, 192.0.2.2')).status, 429, 'what stands left is hearsay')
  const from = (client) => new RawSocket(behind.port, '/ws/a', { headers: `X-Forwarded-For: ${client}\r\n` })
  const first = from('192.0.2.1')
  assert.equal(await first.opened, 101)
  assert.equal(await from('192.0.2.1').opened, 429)
  assert.equal(await from('192.0.2.2').opened, 101)
  first.destroy()
  await until(async () => {
    const again = from('192.0.2.1')
    const status = await again.opened
    again.destroy()
    return status === 101
  }, 'the socket was given back')
  await behind.remove()

  const open = await begin('--rooms-per-minute', '1')
  assert.equal((await create(open, '192.0.2.1')).status, 201)
  assert.equal((await create(open, '192.0.2.2')).status, 429)
  assert.match(open.log, /X-Forwarded-For is not believed/)
  await end(open)

  const wrong = await begin('--trusted-proxies', '10.0.0.1/8').catch((error) => error)
  assert.match(String(wrong), /trusted_proxies[^]*10\.0\.0\.1\/8/)
})

test('frames_per_second: a flooder is read more slowly, is told, and loses nothing', async () => {
  const server = await begin('--frames-per-second', '40')
  const flooder = await join(server, 'a')
  const reader = await join(server, 'a')
  const updates = edits(200)
  flooder.write(Buffer.concat(updates.map((update) => sync(2, update))))
  await until(() => flooder.events.some((event) => event.code === 'frames_per_second'), 'it is told')
  const { type, message } = flooder.events.find((event) => event.code === 'frames_per_second')
  assert.equal(type, 'notice')
  assert.match(message, /^limit frames_per_second/)
  assert.ok(flooder.acked < 200)
  await until(() => flooder.acked === 200, 'all is saved', 30000)
  assert.equal(reader.frames.filter((payload) => payload[0] === 0 && payload[1] === 2).length, 200)
  assert.equal(flooder.closed, null)
  assert.ok((await metric(server, 'tandem_input_pauses_total')) > 0)
  await until(async () => (await metric(server, 'tandem_paused_sockets')) === 0, 'it is read again')
  flooder.destroy()
  reader.destroy()
  await end(server)
})

test('bytes_per_second: a large edit passes, the next ones wait for it', async () => {
  const server = await begin('--bytes-per-second', '100000')
  const writer = await join(server, 'a')
  writer.write(sync(2, bigUpdate(300000)))
  writer.write(sync(2, bigUpdate(10)))
  await until(() => writer.acked === 2, 'both are saved', 20000)
  assert.ok(writer.events.some((event) => event.code === 'bytes_per_second'))
  writer.destroy()
  await end(server)
})

test('awareness_per_second: many are merged, the last one is told', async () => {
  const server = await begin()
  const actor = await join(server, 'a')
  const reader = await join(server, 'a')
  const states = Array.from({ length: 500 }, (_, i) => presence(7, i + 1, { n: i + 1 }))
  actor.write(Buffer.concat(states))
  const told = () => reader.frames.filter((payload) => payload[0] === 1)
  await until(() => told().at(-1)?.includes('"n":500'), 'the last state')
  assert.ok(told().length < 100, `${told().length} of 500 were told`)
  await until(async () => (await metric(server, 'tandem_awareness_held_total')) > 400, 'counted')
  actor.destroy()
  reader.destroy()
  await end(server)
})

test('requests that do not end: header_ms, body_ms, idle_http_ms', async () => {
  const server = await begin('--header-ms', '300', '--body-ms', '300', '--idle-http-ms', '300')
  const slow = 'GET / HTTP/1.1\r\nHost: x\r\nX-A: '
  assert.match(await server.raw(slow, 5000), /^HTTP\/1\.1 408 [^]*limits header_ms/)
  const body =
    'POST /rooms/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{'
  assert.match(await server.raw(body, 5000), /^HTTP\/1\.1 408 /)
  const started = Date.now()
  assert.equal(await server.raw('', 10000), '')
  assert.ok(Date.now() - started < 9000, 'a socket that says nothing is closed')
  assert.equal(await refused(server, 'header_ms'), 1)
  assert.equal(await refused(server, 'body_ms'), 1)
  assert.equal((await metric(server, 'tandem_http_connections')) <= 2, true)
  await end(server)
})

test('half-open sockets: no first frame, a message that does not end, silence', async () => {
  const server = await begin(
    '--first-frame-ms',
    '500',
    '--message-ms',
    '500',
    '--ping-ms',
    '300',
    '--dead-ms',
    '900',
  )
  const mute = await join(server, 'a', { paused: true })
  const half = await join(server, 'a')
  half.write(frame([0, 0, 1, 0]))
  half.write(frame([0], { length: 1000 }))
  const dripping = setInterval(() => half.write(Buffer.from([0])), 100)
  const silent = await join(server, 'a')
  silent.write(frame([0, 0, 1, 0]))
  assert.equal(await half.ended, 1008)
  clearInterval(dripping)
  assert.match(half.reason, /^limit message_ms/)
  await silent.ended
  assert.equal(silent.closed, 0, 'a dead peer gets no close frame')
  await until(async () => (await metric(server, 'tandem_members')) === 0, 'nobody is left')
  mute.destroy()
  await end(server)
})

test('sockets, and the reserve of files: accepting pauses, those who are in live on', async () => {
  const server = new Server(['--create-on-join', '--threads', '1'])
  server.prefix = ['prlimit', '--nofile=200']
  await server.start()
  const inside = await join(server, 'a')
  const other = await join(server, 'a')
  const crowd = Array.from({ length: 250 }, () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\n')
    return socket
  })
  await until(() => /accept paused/.test(server.log), 'accepting pauses')
  inside.write(sync(2, edits(1)[0]))
  await until(() => inside.acked === 1, 'a commit goes through')
  await until(() => other.frames.some((payload) => payload[0] === 0 && payload[1] === 2), 'and is told')
  for (const socket of crowd) socket.destroy()
  await until(async () => (await server.fetch('/healthz')).status === 200, 'accepting goes on')
  assert.ok((await metric(server, 'tandem_accept_pauses_total')) >= 1)
  // The first reply may come before all of the crowd is seen to be gone.
  await until(async () => (await metric(server, 'tandem_accept_paused')) === 0, 'no pause is left')
  await until(() => /accept goes on/.test(server.log), 'the log says so')
  inside.destroy()
  other.destroy()
  await end(server)
})
