// RFC 6455 over real sockets: each case of conformance-cases.mjs, in whole and chopped.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as Y from 'yjs'
import { cases, excluded } from './conformance-cases.mjs'
import { Client, closing, frame, OP } from './conformance-client.mjs'
import { Server } from './server.mjs'

const BIG_BYTES = 4096 // larger cases are written in one way only

let server
before(async () => (server = await new Server(['--create-on-join', '--linger-s', '0']).start()))
after(async () => assert.equal(await server.remove(), 0))

const varUint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varUint(Math.floor(n / 128))])

/** A sync update message of exactly `size` bytes. */
function message(size) {
  const of = (chars) => {
    const doc = new Y.Doc()
    doc.clientID = 1000
    doc.getText('t').insert(0, 'x'.repeat(chars))
    const update = Y.encodeStateAsUpdate(doc)
    return Buffer.concat([Buffer.from([0, 2, ...varUint(update.length)]), update])
  }
  for (let chars = Math.max(1, size - 40); chars <= size; chars++) {
    const made = of(chars)
    if (made.length === size) return made
    if (made.length > size) break
  }
  throw new Error(`no update message has ${size} bytes`)
}

async function join(room) {
  const client = new Client(server.port, `/ws/${room}`)
  assert.match(await client.opened, /^HTTP\/1\.1 101 /)
  return client
}

const updatesOf = (client) => client.of(OP.binary).filter((data) => data[0] === 0 && data[1] === 2)

/** Writes the case in pieces of `chop` bytes and looks at all that comes back. */
async function play(one, room, chop) {
  const [client, other] = [await join(room), await join(room)]
  // The other one is in the room when its question is answered.
  await other.write(frame({ opcode: OP.binary, payload: Buffer.from([0, 0, 1, 0]) }))
  assert.ok(await other.until(() => other.of(OP.binary).some((data) => data[0] === 0 && data[1] === 1)))
  for (const bytes of one.send) await client.write(bytes, chop)
  if (one.close === undefined) {
    await client.write(frame({ opcode: OP.ping, payload: Buffer.from('end') }))
    assert.ok(await client.until(() => client.of(OP.pong).at(-1)?.toString() === 'end'), 'it lives on')
    await client.write(frame({ opcode: OP.close, payload: closing(1000) }))
  }
  await client.until(() => client.closed)
  assert.equal(client.closed?.code, one.close ?? 1000)
  if (one.close === 1003) await client.write(frame({ opcode: OP.close, payload: client.closed.payload }))
  await client.ended // the server hangs up first
  const pongs = client.of(OP.pong).slice(0, one.close === undefined ? -1 : undefined)
  assert.deepEqual(
    pongs,
    one.pongs.map((payload) => Buffer.from(payload)),
  )
  await other.until(() => updatesOf(other).length >= one.echo.length)
  assert.ok(
    one.echo.every((data, i) => data.equals(updatesOf(other)[i])),
    'it arrived as it was sent',
  )
  assert.deepEqual(client.faults, [])
  assert.equal(other.closed, undefined, 'the other member noticed nothing')
  other.socket.destroy()
}

test('handshake: extensions are declined, 12.* and 13.*', async () => {
  const offers = ['permessage-deflate', 'permessage-deflate; client_max_window_bits, x-webkit-deflate-frame']
  for (const offer of offers) {
    const client = new Client(server.port, '/ws/extensions', { 'Sec-WebSocket-Extensions': offer })
    const head = await client.opened
    assert.match(head, /^HTTP\/1\.1 101 /)
    assert.match(head, /^Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=$/m)
    assert.doesNotMatch(head, /extensions/i)
    client.socket.destroy()
  }
})

test('the cases', { concurrency: 8 }, async (t) => {
  const list = cases(message)
  assert.ok(list.length > 250)
  assert.equal(new Set(list.map(({ id }) => id)).size, list.length, 'each number once')
  await Promise.all(
    list.map((one) =>
      t.test(`${one.id} ${one.title.slice(0, 80)}`, { timeout: 30000 }, async () => {
        const size = one.send.reduce((sum, bytes) => sum + bytes.length, 0)
        const chops = one.chop ? [one.chop] : size > BIG_BYTES ? [Infinity] : [Infinity, 1, 7]
        for (const chop of chops) await play(one, `case-${one.id}-${chop}`, chop)
      }),
    ),
  )
})

test('what is not run has a reason', () => {
  for (const reason of Object.values(excluded)) assert.ok(reason.length > 20)
})
