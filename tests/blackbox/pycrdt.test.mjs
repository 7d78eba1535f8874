// yrs, the engine of Jupyter, in rooms of Tandem: people who speak through pycrdt write, listen and repeat what others
// wrote, objects and all, and are thrown out by nobody.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { Server, until } from './server.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** Somebody who speaks through pycrdt, one command at a time. */
class Person {
  constructor(url, clientId) {
    const python = here('../pycrdt/.venv/bin/python')
    this.child = spawn(python, [here('../pycrdt/client.py'), url, String(clientId)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.closed = null
    this.waiting = []
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const words = JSON.parse(line)
      if (words.closed) this.closed = words.closed
      else this.waiting.shift().resolve(words)
    })
    this.child.on('exit', () => {
      for (const { reject } of this.waiting.splice(0))
        reject(new Error(`the client ended; closed: ${this.closed}`))
    })
    process.on('exit', () => this.child.kill('SIGKILL'))
  }

  does(command) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
      this.child.stdin.write(JSON.stringify(command) + '\n')
    })
  }

  async leave() {
    const gone = new Promise((resolve) => this.child.once('exit', resolve))
    await this.does({ leave: true })
    await gone
  }
}

const people = (server, room, ...ids) => ids.map((id) => new Person(`${server.ws}/${room}`, id))

test('a listener through yrs stays while a document fills with objects', { timeout: 60000 }, async () => {
  const server = await new Server(['--create-on-join']).start()
  const doc = new Y.Doc()
  const provider = new WebsocketProvider(server.ws, 'objects', doc, {
    WebSocketPolyfill: WebSocket,
    disableBc: true,
  })
  const [listener] = people(server, 'objects', 71)
  await until(() => provider.synced, 'the writer is synced')
  const wanted = {}
  for (let i = 0; i < 20; i++) {
    wanted['k' + i] = {
      name: 'a' + i,
      language: 'python',
      size: i * 2 ** 33,
      nested: { x: i, y: [1, { p: 1, q: 2 }] },
    }
    doc.getMap('m').set('k' + i, wanted['k' + i])
    doc.getText('file:main').insertEmbed(0, { b: i, a: 'x', c: { e: 1, d: 2 } })
  }
  const sees = async () => Object.keys((await listener.does({ read: true })).map).length === 20
  while (!(await sees())) await new Promise((resolve) => setTimeout(resolve, 20))
  // All of it again, as yrs writes it: that is what its answer to a question is, too.
  for (let i = 0; i < 5; i++) await listener.does({ repeat: true })
  await listener.does({ put: ['mine', { one: 1, two: 2 }] })
  await until(() => doc.getMap('m').has('mine'), 'what the listener wrote comes after what it repeated')
  assert.equal(listener.closed, null)
  assert.deepEqual(doc.getMap('m').get('k3'), wanted.k3)
  await listener.leave()
  provider.destroy()
  assert.equal(await server.stop(), 0)
})

test('two writers through yrs and one through yjs end with one text', { timeout: 60000 }, async () => {
  const server = await new Server(['--create-on-join']).start()
  const doc = new Y.Doc()
  const provider = new WebsocketProvider(server.ws, 'writers', doc, {
    WebSocketPolyfill: WebSocket,
    disableBc: true,
  })
  const pair = people(server, 'writers', 81, 82)
  await until(() => provider.synced, 'the writer is synced')
  for (let i = 0; i < 30; i++) {
    await Promise.all(pair.map((person, k) => person.does({ insert: [0, `${'ab'[k]}${i} é😀\n`] })))
    doc.getText('file:main').insert(0, `c${i}\n`)
    if (i % 10 === 0) await Promise.all(pair.map((person) => person.does({ repeat: true })))
  }
  const texts = async () => [
    doc.getText('file:main').toString(),
    ...(await Promise.all(pair.map((person) => person.does({ read: true })))).map(({ text }) => text),
    (await server.call('GET', '/rooms/writers/code')).text,
  ]
  let all = []
  do all = await texts()
  while (new Set(all).size > 1)
  assert.equal(all[0].split('\n').length, 91)
  assert.deepEqual(
    pair.map((person) => person.closed),
    [null, null],
  )
  await Promise.all(pair.map((person) => person.leave()))
  provider.destroy()
  assert.equal(await server.stop(), 0)
})
