// Every update with its time and author, and moments that were given a name.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as decoding from 'lib0/decoding'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { Server, until } from './server.mjs'

let server
before(async () => (server = await new Server().start()))
after(async () => assert.equal(await server.remove(), 0))

const varUint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varUint(n >>> 7)])

/** Somebody who types, and waits until it is stored. */
class Writer {
  constructor(id, name) {
    this.acked = 0
    this.sent = 0
    this.events = []
    this.doc = new Y.Doc()
    this.text = this.doc.getText('file:main')
    this.socket = new WebSocket(`${server.ws}/${id}?name=${name}`, ['tandem.v1', `tandem.person.${name}`])
    this.socket.binaryType = 'nodebuffer'
    this.socket.on('message', (data) => this.receive(data))
    this.doc.on('update', (update, origin) => {
      if (origin === this) return
      this.sent += 1
      this.socket.send(Uint8Array.from([0, 2, ...varUint(update.length), ...update]))
    })
  }

  receive(data) {
    const decoder = decoding.createDecoder(data)
    const type = decoding.readVarUint(decoder)
    if (type === 120) this.acked = decoding.readVarUint(decoder)
    if (type === 121) this.events.push(JSON.parse(decoding.readVarString(decoder)))
    if (type === 0 && decoding.readVarUint(decoder) > 0) {
      Y.applyUpdate(this.doc, decoding.readVarUint8Array(decoder), this)
    }
  }

  async ready() {
    await until(() => this.events.length > 0, 'hello')
    const step1 = Y.encodeStateVector(this.doc)
    this.socket.send(Uint8Array.from([0, 0, ...varUint(step1.length), ...step1]))
    await until(() => this.text.length > 0, 'the text')
    return this
  }

  async type(text) {
    this.text.insert(this.text.length, text)
    await until(() => this.acked === this.sent, 'saved')
  }
}

const readRows = async (id, query = '') => {
  const response = await server.fetch(`/rooms/${id}/history/rows${query}`)
  assert.equal(response.status, 200)
  const decoder = decoding.createDecoder(new Uint8Array(await response.arrayBuffer()))
  const rows = []
  while (decoding.hasContent(decoder)) {
    const [seq, author, at] = [1, 2, 3].map(() => decoding.readVarUint(decoder))
    rows.push({ seq, author, at, update: decoding.readVarUint8Array(decoder) })
  }
  return { rows, more: response.headers.get('tandem-more') }
}

const textOf = (rows) => {
  const doc = new Y.Doc()
  for (const { update } of rows) Y.applyUpdate(doc, update)
  return doc.getText('file:main').toString()
}

test('rows replay the text, and say who and when', async () => {
  const started = Date.now()
  const { room_id: id } = (await server.call('POST', '/rooms/', { template: 'hello' })).json
  const ada = await new Writer(id, 'Ada').ready()
  const bob = await new Writer(id, 'Bob').ready()
  const seed = ada.text.toString()
  await ada.type('a = 1\n')
  await until(() => bob.text.length === ada.text.length, 'the text of Ada')
  await bob.type('b = 2\n')
  const overview = (await server.call('GET', `/rooms/${id}/history`)).json
  assert.equal(overview.last_seq, 3)
  const named = Object.fromEntries(overview.authors.map(({ author, name }) => [author, name]))
  const { rows, more } = await readRows(id)
  assert.equal(more, 'false')
  assert.deepEqual(
    rows.map(({ seq, author }) => [seq, named[author] ?? author]),
    [
      [1, 0],
      [2, 'Ada'],
      [3, 'Bob'],
    ],
  )
  assert.ok(rows.every(({ at }) => at >= started - 1000 && at <= Date.now() + 1000))
  assert.equal(textOf(rows.slice(0, 2)), `${seed}a = 1\n`)
  assert.equal(textOf(rows), `${seed}a = 1\nb = 2\n`)
  assert.deepEqual(
    (await readRows(id, '?after=2')).rows.map(({ seq }) => seq),
    [3],
  )
  assert.deepEqual((await readRows(id, `?from=${Date.now() + 60_000}`)).rows, [])
  ada.socket.terminate()
  bob.socket.terminate()
})

test('moments get names, and everybody hears of them', async () => {
  const { room_id: id } = (await server.call('POST', '/rooms/', { template: 'hello' })).json
  const ada = await new Writer(id, 'Ada').ready()
  await ada.type('x')
  const made = await server.call('POST', `/rooms/${id}/versions`, { name: 'works' })
  assert.equal(made.status, 201)
  assert.equal(made.json.seq, 2)
  await until(() => ada.events.some(({ type }) => type === 'version_added'), 'the event')
  assert.equal((await server.call('POST', `/rooms/${id}/versions`, { name: 'start', seq: 1 })).json.n, 2)
  const { versions } = (await server.call('GET', `/rooms/${id}/history`)).json
  assert.deepEqual(
    versions.map(({ n, seq, name }) => [n, seq, name]),
    [
      [1, 2, 'works'],
      [2, 1, 'start'],
    ],
  )
  assert.equal((await server.call('POST', `/rooms/${id}/versions`, { name: 'later', seq: 99 })).status, 404)
  assert.equal((await server.call('POST', `/rooms/${id}/versions`, { name: '' })).status, 422)
  ada.socket.terminate()
})

test('bad requests are answered precisely', async () => {
  const { room_id: id } = (await server.call('POST', '/rooms/')).json
  for (const query of ['after=x', 'after=-1', 'from=1.5', `after=${2n ** 64n}`]) {
    assert.equal((await server.call('GET', `/rooms/${id}/history/rows?${query}`)).status, 422, query)
  }
  for (const path of ['history', 'history/rows']) {
    assert.equal((await server.call('GET', `/rooms/nobody-made-this/${path}`)).status, 404)
  }
})
