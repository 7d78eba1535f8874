// Stock yjs and y-websocket against the server: what everybody types is what everybody, and /code, has.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { Server, sleep, until } from './server.mjs'

// A generator of our own, so that a failure can be repeated by its seed.
process.setMaxListeners(0) // each provider listens for the exit

const random = (seed) => () => {
  seed = (seed * 1664525 + 1013904223) >>> 0
  return seed / 2 ** 32
}

const join = (server, name, clientID) => {
  const doc = new Y.Doc()
  doc.clientID = clientID ?? doc.clientID
  const provider = new WebsocketProvider(server.ws, name, doc, {
    WebSocketPolyfill: WebSocket,
    disableBc: true,
    maxBackoffTime: 300,
  })
  return { doc, provider, text: doc.getText('file:main') }
}

const edit = (client, next) => {
  const { text } = client
  const at = Math.floor(next() * (text.length + 1))
  if (next() < 0.3 && text.length > 0) {
    const from = Math.min(at, text.length - 1)
    text.delete(from, Math.min(1 + Math.floor(next() * 4), text.length - from))
  } else {
    const words = ['x', 'def f():\n', ' = 1\n', 'ä', '😀', '    ']
    text.insert(at, words[Math.floor(next() * words.length)])
  }
}

const leave = (clients) => clients.forEach(({ provider, doc }) => (provider.destroy(), doc.destroy()))

const converged = async (server, name, clients) => {
  const code = async () => (await server.call('GET', `/rooms/${name}/code`)).text
  await until(async () => {
    const wanted = clients[0].text.toString()
    return clients.every((c) => c.text.toString() === wanted) && (await code()) === wanted
  }, 'all clients and /code hold one text')
}

test('20 clients, random edits, disconnects', { timeout: 60000 }, async () => {
  const server = await new Server(['--create-on-join']).start()
  const seed = Number(process.env.SEED ?? 1)
  const next = random(seed)
  const clients = Array.from({ length: 20 }, () => join(server, 'interop'))
  await until(() => clients.every((c) => c.provider.synced), 'all are synced')
  for (let round = 0; round < 400; round++) {
    const client = clients[Math.floor(next() * clients.length)]
    edit(client, next)
    if (next() < 0.05) client.provider.disconnect()
    if (next() < 0.1) clients.forEach((c) => c.provider.shouldConnect || c.provider.connect())
    if (round % 20 === 0) await sleep(5)
  }
  clients.forEach((c) => c.provider.connect())
  await until(() => clients.every((c) => c.provider.synced), 'all are back')
  await converged(server, 'interop', clients)
  leave(clients)
  assert.equal(await server.stop(), 0)
  await server.remove()
})

test('kill -9 and restart: nothing lost, nothing doubled', { timeout: 60000 }, async () => {
  const server = await new Server(['--create-on-join']).start()
  const clients = [join(server, 'killed'), join(server, 'killed')]
  await until(() => clients.every((c) => c.provider.synced), 'both are synced')
  let typed = 0
  const typing = setInterval(() => {
    clients[typed % 2].text.insert(clients[typed % 2].text.length, `${typed};`)
    typed++
  }, 5)
  for (let i = 0; i < 3; i++) {
    await sleep(300)
    await server.stop('SIGKILL')
    await sleep(100)
    await server.start()
  }
  await sleep(300)
  clearInterval(typing)
  await until(() => clients.every((c) => c.provider.synced), 'both are back', 15000)
  await converged(server, 'killed', clients)
  const words = clients[0].text.toString().split(';').filter(Boolean).map(Number)
  assert.deepEqual(
    words.sort((a, b) => a - b),
    Array.from({ length: typed }, (_, i) => i),
  )
  leave(clients)
  await server.remove()
})

test('text survives a restart with nobody there', async () => {
  const server = await new Server(['--create-on-join']).start()
  const first = join(server, 'kept')
  await until(() => first.provider.synced, 'synced')
  first.text.insert(0, 'kept = True\n')
  await until(async () => (await server.call('GET', '/rooms/kept/code')).text === 'kept = True\n', 'stored')
  leave([first])
  await sleep(50)
  await server.stop('SIGKILL')
  await server.start()
  assert.equal((await server.call('GET', '/rooms/kept/code')).text, 'kept = True\n')
  await server.remove()
})

test('cursors of others appear and go', { timeout: 20000 }, async () => {
  const server = await new Server(['--create-on-join']).start()
  const [a, b] = [join(server, 'cursors'), join(server, 'cursors')]
  await until(() => a.provider.synced && b.provider.synced, 'synced')
  a.provider.awareness.setLocalStateField('user', { name: 'Ada' })
  await until(() => b.provider.awareness.getStates().get(a.doc.clientID)?.user, 'b sees a')
  a.provider.ws.terminate?.()
  a.provider.shouldConnect = false
  await until(() => !b.provider.awareness.getStates().has(a.doc.clientID), 'a is gone')
  leave([a, b])
  await server.remove()
})

test('files are those of the live document', async () => {
  const server = await new Server(['--create-on-join']).start()
  const { room_id: id } = (await server.call('POST', '/rooms/')).json
  const client = join(server, id)
  await until(() => client.provider.synced, 'synced')
  const files = client.doc.getMap('files')
  files.set('util', { size: [1, { a: null }], name: 'util.py', language: 'python' })
  const nested = new Y.Map()
  nested.set('name', 'notes.md')
  files.set('notes', nested)
  files.set('odd', 7)
  const listed = async () => (await server.call('GET', `/rooms/${id}`)).json.files
  await until(async () => (await listed()).length === 3, 'three are listed')
  const wanted = [
    { id: 'main', name: 'main.py', language: 'python' },
    { id: 'util', name: 'util.py', language: 'python' },
    { id: 'notes', name: 'notes.md', language: '' },
  ]
  assert.deepEqual(await listed(), wanted)
  client.doc.transact(() => Array.from({ length: 80 }, (_, i) => files.set(`f${i}`, { name: `f${i}.py` })))
  await until(async () => (await listed()).length === 64, 'the list is bounded')
  files.delete('util')
  await until(async () => !(await listed()).some((file) => file.id === 'util'), 'one is gone')
  leave([client])
  await server.remove()
})

test('a room made by joining is empty: client id 1 is free', async () => {
  const server = await new Server(['--create-on-join']).start()
  const first = join(server, 'own application', 1)
  await until(() => first.provider.synced, 'synced')
  assert.equal(Y.encodeStateAsUpdate(first.doc).length, 2)
  assert.deepEqual((await server.call('GET', '/rooms/own%20application')).json.files, [])
  first.text.insert(0, 'mine')
  first.doc.getMap('m').set('k', 1)
  const second = join(server, 'own application')
  await until(
    () => second.text.toString() === 'mine' && second.doc.getMap('m').get('k') === 1,
    'they converge',
  )
  second.text.insert(4, '!')
  await converged(server, 'own application', [first, second])
  leave([first, second])
  await server.remove()
})

test('the name of the address is shown: decoded, cut, without control characters', async () => {
  const server = await new Server().start()
  const { room_id: id } = (await server.call('POST', '/rooms/')).json
  const nameOf = async (query) => {
    const socket = new WebSocket(`${server.ws}/${id}${query}`, ['tandem.v1'])
    const hello = await new Promise((resolve, reject) => {
      socket.on(
        'message',
        (data) => data[0] === 121 && resolve(JSON.parse(String(data.subarray(data.indexOf(123))))),
      )
      socket.on('error', reject)
    })
    const [member] = (await server.call('GET', `/rooms/${id}`)).json.members
    assert.equal(member.name, hello.name)
    const end = new Promise((resolve) => socket.on('close', resolve))
    socket.close()
    await end
    await until(async () => (await server.call('GET', `/rooms/${id}`)).json.members.length === 0, 'it left')
    return hello.name
  }
  assert.equal(await nameOf('?name=Zo%C3%AB%20%26+co&x=1'), 'Zoë & co')
  assert.equal(await nameOf('?x=name&name=Ada'), 'Ada')
  assert.equal(await nameOf('?name='), 'Guest')
  assert.equal(await nameOf('?name=%FF%FE'), 'Guest')
  assert.equal(await nameOf(`?name=${encodeURIComponent('ä'.repeat(100))}`), 'ä'.repeat(32))
  assert.equal(await nameOf('?name=A%0Ad%07a%7F'), 'Ada')
  assert.equal(await nameOf('?name=%01%02'), 'Guest')
  await server.remove()
})
