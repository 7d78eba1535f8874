import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { Server, sleep, until } from './server.mjs'

let server
before(async () => (server = await new Server(['--log-level', 'info']).start()))
after(async () => assert.equal(await server.remove(), 0))

const room = async (body) => (await server.call('POST', '/rooms/', body)).json

const open = (path, protocols, options) => new WebSocket(`${server.ws}/${path}`, protocols, options)

const closed = (socket) =>
  new Promise((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
    socket.on('unexpected-response', (_, response) => resolve({ status: response.statusCode }))
    socket.on('error', () => {})
  })

const opened = (socket) => new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))

const varUint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varUint(n >>> 7)])
const update = (bytes) => Uint8Array.from([0, 2, ...varUint(bytes.length), ...bytes])

const textUpdate = (text) => {
  const doc = new Y.Doc()
  doc.getText('file:main').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

test('an unknown room is closed with 4404', async () => {
  assert.equal((await closed(open('nobody-made-this'))).code, 4404)
  assert.equal((await closed(open('%01'))).code, 4404)
})

test('the handshake is checked', async () => {
  const { room_id: id } = await room()
  assert.equal((await closed(open(id, undefined, { origin: 'https://evil.example' }))).status, 403)
  assert.equal((await closed(open(id, undefined, { origin: `${server.url}.evil.example` }))).status, 403)
  const same = open(id, undefined, { origin: server.url })
  await opened(same)
  same.close()
  assert.equal((await server.fetch(`/ws/${id}`)).status, 426)
  const old = await server.raw(
    `GET /ws/${id} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n` +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  assert.match(old, / 426 [^]*Sec-WebSocket-Version: 13/)
  const badKey = await server.raw(
    `GET /ws/${id} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
      'Sec-WebSocket-Key: short\r\n\r\n',
  )
  assert.match(badKey, / 400 /)
})

test('the subprotocol is only given to those who offer it', async () => {
  const { room_id: id } = await room()
  const ours = open(id, ['tandem.v1'])
  await opened(ours)
  assert.equal(ours.protocol, 'tandem.v1')
  const stock = open(id)
  await opened(stock)
  assert.equal(stock.protocol, '')
  ours.close()
  stock.close()
})

test('an update is acknowledged once it is durable, and is in /code', async () => {
  const { room_id: id } = await room()
  const socket = open(id, ['tandem.v1'])
  socket.binaryType = 'nodebuffer'
  const acks = []
  const hello = new Promise((resolve) =>
    socket.on('message', (data) => {
      if (data[0] === 120) acks.push(data[1])
      if (data[0] === 121) resolve(data.toString())
    }),
  )
  await opened(socket)
  assert.match(await hello, /"type":"hello"/)
  socket.send(update(textUpdate('x = 1\n')))
  while (acks.at(-1) !== 1) await sleep(5)
  assert.equal((await server.call('GET', `/rooms/${id}/code`)).text, 'x = 1\n')
  assert.equal((await server.call('GET', `/rooms/${id}`)).json.members.length, 1)
  socket.close(1000)
  assert.equal((await closed(socket)).code, 1000)
})

test('/code is the text of a file that is there', async () => {
  const { room_id: id } = await room({ template: 'hello' })
  const socket = open(id)
  await opened(socket)
  const doc = new Y.Doc()
  doc.on('update', (bytes) => socket.send(update(bytes)))
  const code = async () => (await server.call('GET', `/rooms/${id}/code`)).text
  const before = await code()
  doc.getText('file:other').insert(0, 'other = 1\n')
  doc.getText('file:first').insert(0, 'first = 1\n')
  doc.getMap('files').set('other', { name: 'other.py', language: 'python' })
  doc.getMap('files').set('first', { name: 'First.py', language: 'python' })
  await until(
    async () => (await server.call('GET', `/rooms/${id}`)).json.files.length === 3,
    'files are there',
  )
  assert.equal(await code(), before)
  doc.getMap('files').set('main', {})
  doc.getMap('files').delete('main')
  await until(async () => (await code()) === 'first = 1\n', 'the first file by name is the code')
  socket.close()
})

test('malformed frames and messages close one connection and harm nobody', async () => {
  const { room_id: id } = await room({ template: 'hello' })
  const before = (await server.call('GET', `/rooms/${id}/code`)).text
  const witness = open(id)
  await opened(witness)
  const upgrade =
    `GET /ws/${id} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
  const codeAfter = async (...bytes) => {
    const got = Buffer.from(
      await server.raw(Buffer.concat([Buffer.from(upgrade), Buffer.from(bytes)]), 3500),
      'latin1',
    )
    for (let at = got.indexOf('\r\n\r\n') + 4; at + 1 < got.length; ) {
      let length = got[at + 1]
      let head = 2
      if (length === 126) [length, head] = [got.readUInt16BE(at + 2), 4]
      if (got[at] === 0x88) return got.readUInt16BE(at + head)
      at += head + length
    }
    return 0
  }
  assert.equal(await codeAfter(0x82, 1, 0), 1002, 'not masked')
  assert.equal(await codeAfter(0xc2, 0x80, 0, 0, 0, 0), 1002, 'reserved bit')
  assert.equal(await codeAfter(0x83, 0x80, 0, 0, 0, 0), 1002, 'unknown opcode')
  assert.equal(await codeAfter(0x09, 0x80, 0, 0, 0, 0), 1002, 'fragmented ping')
  assert.equal(await codeAfter(0x82, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 1009, 'too long')
  assert.equal(await codeAfter(0x81, 0x81, 0, 0, 0, 0, 0xff), 1007, 'not UTF-8')
  const text = open(id)
  await opened(text)
  text.send('hello')
  assert.equal((await closed(text)).code, 1003)
  for (const junk of [[], [0], [0, 2, 5, 1], [0, 2, 1, 255], [1, 200], [0, 0, 1, 9]]) {
    const socket = open(id)
    await opened(socket)
    socket.send(Uint8Array.from(junk))
    await sleep(20)
    socket.terminate()
  }
  assert.equal(witness.readyState, WebSocket.OPEN)
  assert.equal((await server.call('GET', `/rooms/${id}/code`)).text, before)
  witness.close()
})

test('deleting a room sends its members away with 4410', async () => {
  const { room_id: id, owner_key: key } = await room()
  const socket = open(id)
  await opened(socket)
  await sleep(50)
  const end = closed(socket)
  assert.equal(
    (await server.call('DELETE', `/rooms/${id}`, undefined, { authorization: `Bearer ${key}` })).status,
    204,
  )
  assert.equal((await end).code, 4410)
})

test('SIGTERM closes with 1012 and ends in time', async () => {
  const other = await new Server(['--create-on-join']).start()
  const socket = new WebSocket(`${other.ws}/any%20name`)
  await opened(socket)
  const end = closed(socket)
  const start = Date.now()
  assert.equal(await other.stop(), 0)
  assert.ok(Date.now() - start < 5000)
  assert.equal((await end).code, 1012)
  await other.remove()
})

test('logs hold no tokens, text or query strings', async () => {
  const { room_id: id, owner_key: key } = await room({ name: 'canary-name' })
  await server.call(
    'PATCH',
    `/rooms/${id}?canary-query=1`,
    { name: 'canary-name' },
    { authorization: `Bearer ${key}` },
  )
  const socket = open(`${id}?token=canary-token`)
  await opened(socket)
  socket.send(update(textUpdate('canary-text')))
  await sleep(100)
  socket.terminate()
  assert.doesNotMatch(server.log, /canary/)
  assert.ok(!server.log.includes(key))
})
