// What people say in a room: told to all, kept, read by pages, said once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import WebSocket from 'ws'
import { Server, until } from './server.mjs'

let server
before(async () => (server = await new Server().start()))
after(async () => assert.equal(await server.remove(), 0))

/** A member that speaks tandem.v1 and keeps the events it hears. */
class Member {
  constructor(id, name, person) {
    this.events = []
    this.socket = new WebSocket(`${server.ws}/${id}?name=${name}`, ['tandem.v1', `tandem.person.${person}`])
    this.socket.binaryType = 'nodebuffer'
    this.socket.on('message', (data) => {
      if (data[0] !== 121) return
      const head = data[1] < 128 ? 2 : data[2] < 128 ? 3 : 4
      this.events.push(JSON.parse(data.subarray(head).toString()))
    })
  }

  heard(type) {
    return this.events.filter((event) => event.type === type)
  }

  async greeted() {
    await until(() => this.heard('hello').length > 0, 'hello')
    return this
  }

  say(event) {
    const json = Buffer.from(JSON.stringify(event))
    const length = json.length < 128 ? [json.length] : [(json.length & 127) | 128, json.length >> 7]
    this.socket.send(Buffer.concat([Buffer.from([121, ...length]), json]))
  }
}

const newRoom = async () => (await server.call('POST', '/rooms/')).json.room_id

test('a message reaches everybody, and is there after a restart', async () => {
  const id = await newRoom()
  const ada = await new Member(id, 'Ada', 'p1').greeted()
  const bob = await new Member(id, 'Bob', 'p2').greeted()
  ada.say({ type: 'chat', text: 'look at `x` \u{1F600}', ref: 'r1' })
  for (const member of [ada, bob]) {
    await until(() => member.heard('chat').length === 1, 'the message')
    const { message } = member.heard('chat')[0]
    assert.equal(message.n, 1)
    assert.equal(message.text, 'look at `x` \u{1F600}')
    assert.equal(message.name, 'Ada')
    assert.equal(message.ref, 'r1')
    assert.ok(Number.isSafeInteger(message.author) && message.author > 0)
  }
  ada.say({ type: 'chat', text: 'look at `x` \u{1F600}', ref: 'r1' })
  ada.say({ type: 'chat', text: 'and y', ref: 'r2' })
  await until(() => bob.heard('chat').some(({ message }) => message.text === 'and y'), 'the second')
  ada.socket.terminate()
  bob.socket.terminate()
  assert.equal(await server.stop('SIGKILL'), 'SIGKILL')
  await server.start()
  const { json } = await server.call('GET', `/rooms/${id}/chat`)
  assert.deepEqual(
    json.messages.map(({ n, text }) => [n, text]),
    [
      [2, 'and y'],
      [1, 'look at `x` \u{1F600}'],
    ],
  )
  assert.equal(json.more, false)
  assert.equal(json.messages[0].author, json.messages[1].author)
})

test('one person is one author at every visit, and another in another room', async () => {
  const authors = []
  for (const id of [await newRoom(), await newRoom()]) {
    for (const visit of [1, 2]) {
      const member = await new Member(id, 'Ada', 'secret').greeted()
      member.say({ type: 'chat', text: `visit ${visit}`, ref: `r${visit}` })
      await until(() => member.heard('chat').length === 1, 'the message')
      authors.push(member.heard('chat')[0].message.author)
      member.socket.terminate()
    }
  }
  assert.equal(authors[0], authors[1])
  assert.equal(authors[2], authors[3])
  assert.notEqual(authors[0], authors[2])
})

test('saying something over HTTP reaches the members; pages go back in time', async () => {
  const id = await newRoom()
  const ada = await new Member(id, 'Ada', 'p1').greeted()
  for (let i = 1; i <= 5; i++) {
    const { status, json } = await server.call('POST', `/rooms/${id}/chat`, {
      name: 'CI',
      text: `build ${i}`,
    })
    assert.equal(status, 201)
    assert.equal(json.n, i)
    assert.equal(json.author, 0)
  }
  await until(() => ada.heard('chat').length === 5, 'five messages')
  const first = (await server.call('GET', `/rooms/${id}/chat?limit=3`)).json
  assert.deepEqual([first.messages.map(({ n }) => n), first.more], [[5, 4, 3], true])
  const last = (await server.call('GET', `/rooms/${id}/chat?limit=3&before=3`)).json
  assert.deepEqual([last.messages.map(({ n }) => n), last.more], [[2, 1], false])
  ada.socket.terminate()
})

test('bad requests are answered precisely', async () => {
  const id = await newRoom()
  const post = (body) => server.call('POST', `/rooms/${id}/chat`, body)
  assert.deepEqual(
    (await post({ text: 1 })).json.detail.map(({ loc }) => loc.join('.')),
    ['body.name', 'body.text'],
  )
  assert.match((await post({ name: 'A', text: 'x'.repeat(4097) })).text, /limit chat_bytes/)
  for (const query of ['before=x', 'before=0', 'limit=0', 'limit=201', 'limit=-1']) {
    assert.equal((await server.call('GET', `/rooms/${id}/chat?${query}`)).status, 422, query)
  }
  assert.equal((await server.call('GET', '/rooms/nobody-made-this/chat')).status, 404)
  assert.equal(
    (await server.call('POST', '/rooms/nobody-made-this/chat', { name: 'A', text: 'x' })).status,
    404,
  )
  assert.equal((await server.call('DELETE', `/rooms/${id}/chat`)).status, 405)
})
