// A long history as one answer: the client sets the pace, the server holds little, and whoever hangs up
// is noticed.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import * as decoding from 'lib0/decoding'
import * as Y from 'yjs'
import { Client } from './client.mjs'
import { rssBytes } from './hostile.mjs'
import { metric } from './raw.mjs'
import { Server, until } from './server.mjs'

const EDITS = 500
const EDIT_BYTES = 50_000 // 25 MB of history, far more than sockets of the system hold

let server
let path
before(async () => {
  server = await new Server(['--bytes-per-second', '1000000000']).start()
  const { json } = await server.call('POST', '/rooms/')
  path = `/rooms/${json.room_id}/history/rows`
  const client = await new Client(server, json.room_id).join()
  for (let i = 0; i < EDITS; i++) {
    client.text.insert(0, String.fromCharCode(97 + (i % 26)).repeat(EDIT_BYTES))
    client.text.delete(0, EDIT_BYTES)
    if (i % 20 === 0) await client.saved(`${i} edits`)
  }
  client.text.insert(0, 'the end')
  await client.saved('all edits')
  await client.leave()
})
after(async () => assert.equal(await server.remove(), 0))

const rowsOf = (bytes) => {
  const decoder = decoding.createDecoder(new Uint8Array(bytes))
  const rows = []
  while (decoding.hasContent(decoder)) {
    const [seq, author, at] = [1, 2, 3].map(() => decoding.readVarUint(decoder))
    rows.push({ seq, author, at, update: decoding.readVarUint8Array(decoder) })
  }
  return rows
}

const pages = async () => {
  const rows = []
  for (let more = 'true', behind = 0; more === 'true'; behind = rows.at(-1).seq) {
    const page = await server.fetch(`${path}?after=${behind}`)
    rows.push(...rowsOf(await page.arrayBuffer()))
    more = page.headers.get('tandem-more')
  }
  return rows
}

const head = (query, version = '1.1', method = 'GET') =>
  `${method} ${path}?${query} HTTP/${version}\r\nHost: a\r\n\r\n`

/** A socket that has asked and reads nothing. */
const asked = async (text) => {
  const socket = connect(server.port, '127.0.0.1')
  await new Promise((resolve) => socket.on('connect', resolve))
  socket.pause()
  socket.on('error', () => {})
  socket.write(text)
  return socket
}

const readAll = async (socket) => {
  const parts = []
  for await (const part of socket) parts.push(part)
  return Buffer.concat(parts)
}

test('one answer has what the pages have', async () => {
  const all = await server.fetch(`${path}?all=true`)
  assert.equal(all.status, 200)
  assert.equal(all.headers.get('transfer-encoding'), 'chunked')
  assert.equal(all.headers.get('tandem-more'), null)
  const rows = rowsOf(await all.arrayBuffer())
  assert.equal(rows.length, 2 * EDITS + 2)
  assert.deepEqual(rows, await pages())
  const doc = new Y.Doc()
  for (const { update } of rows) Y.applyUpdate(doc, update)
  assert.equal(doc.getText('file:main').toString(), 'the end')
  const rest = await server.fetch(`${path}?all=true&after=${rows.length - 1}`)
  assert.deepEqual(rowsOf(await rest.arrayBuffer()), rows.slice(-1))
  assert.equal((await server.fetch(`${path}?all=true&after=${rows.length}`)).status, 200)
  assert.equal((await server.fetch(`${path}?all=yes`)).status, 422)
  assert.equal((await server.fetch('/rooms/nobody-made-this/history/rows?all=true')).status, 404)
})

test('readers that stand still cost little, and get all when they go on', async () => {
  const idle = rssBytes(server.child.pid)
  const readers = await Promise.all(Array.from({ length: 8 }, () => asked(head('all=true', '1.0'))))
  await until(async () => (await metric(server, 'tandem_queue_bytes')) > 8 * 10_000, 'they stand still')
  await until(async () => {
    const before = await metric(server, 'tandem_bytes_out_total')
    await new Promise((resolve) => setTimeout(resolve, 200))
    return (await metric(server, 'tandem_bytes_out_total')) - before < 100_000
  }, 'nothing moves but metrics')
  assert.ok((await metric(server, 'tandem_queue_bytes')) < 8 * 600_000, 'a piece for each')
  assert.ok(rssBytes(server.child.pid) - idle < 64 << 20, 'not the 200 MB that they asked for')
  const bodies = await Promise.all(
    readers.map(async (socket) => {
      const all = await readAll(socket)
      return rowsOf(all.subarray(all.indexOf('\r\n\r\n') + 4)).length
    }),
  )
  assert.deepEqual(bodies, Array(8).fill(2 * EDITS + 2))
})

test('whoever hangs up midway is noticed at once', async () => {
  const connections = () => metric(server, 'tandem_http_connections')
  const idle = await connections()
  const readers = await Promise.all(Array.from({ length: 5 }, () => asked(head('all=true'))))
  await until(async () => (await metric(server, 'tandem_queue_bytes')) > 5 * 10_000, 'they stand still')
  assert.ok((await connections()) >= idle + 4)
  for (const socket of readers) socket.destroy()
  await until(async () => (await connections()) <= idle, 'they are gone')
  await until(async () => (await metric(server, 'tandem_queue_bytes')) === 0, 'nothing is held for them')
  assert.equal((await server.fetch('/readyz')).status, 200)
})

test('the connection lives on: HEAD, pipelined requests, one more', async () => {
  const socket = await asked(
    head('all=true', '1.1', 'HEAD') + head('all=true') + head('after=900&all=true') + head('after=2000'),
  )
  const parts = []
  let tail = ''
  socket.on('data', (data) => {
    parts.push(data)
    tail = (tail + data.toString('latin1')).slice(-300)
  })
  socket.resume()
  await until(() => tail.includes('Tandem-More: false'), 'the fourth reply, a page of nothing', 30000)
  const replies = Buffer.concat(parts).toString('latin1').split('HTTP/1.1 200 OK')
  assert.equal(replies.length, 5)
  const [, first, second] = replies
  assert.match(first, /Transfer-Encoding: chunked/)
  assert.ok(first.endsWith('\r\n\r\n'), 'a head has no body')
  assert.ok(second.endsWith('\r\n0\r\n\r\n'), 'the last chunk')
  socket.destroy()
})

test('HTTP/1.0 reads to the end of the connection', async () => {
  const all = await readAll(await asked(head('all=true', '1.0')))
  const text = all.toString('latin1', 0, 400)
  assert.doesNotMatch(text, /chunked/i)
  assert.match(text, /Connection: close/)
  assert.equal(rowsOf(all.subarray(all.indexOf('\r\n\r\n') + 4)).length, 2 * EDITS + 2)
})

test('a client that has only ended its own side gets all', async () => {
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.end(head('all=true', '1.0'))
  const all = await readAll(socket)
  assert.equal(rowsOf(all.subarray(all.indexOf('\r\n\r\n') + 4)).length, 2 * EDITS + 2)
})

test('clients of a library keep the connection', async () => {
  const { Agent } = await import('node:http')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const get = () =>
    new Promise((resolve, reject) => {
      const asking = request({ port: server.port, path: `${path}?all=true`, agent }, async (reply) =>
        resolve([(await readAll(reply)).length, asking.reusedSocket]),
      )
      asking.on('error', reject)
      asking.end()
    })
  const [bytes] = await get()
  assert.deepEqual(await get(), [bytes, true])
  agent.destroy()
})
