import { expect, test } from 'vitest'
import { Chat, type ChatPort } from './chat'
import { type ChatMessage, type ChatPage, readChatMessage, readChatPage } from './chat-message'

function message(n: number, more: Partial<ChatMessage> = {}): ChatMessage {
  return { n, at: n, author: 5, color: 0, name: 'Bob', text: `say ${n}`, ref: `b${n}`, ...more }
}

/** A server that holds `count` messages and gives them in pages of three. */
class Fake implements ChatPort {
  online = true
  sent: { text: string; ref: string }[] = []
  loads: (number | undefined)[] = []
  count = 0

  readonly send: ChatPort['send'] = (event) => {
    if (this.online) this.sent.push(event)
    return this.online
  }

  readonly load = async (before?: number): Promise<ChatPage | null> => {
    this.loads.push(before)
    if (!this.online) return null
    const last = before === undefined ? this.count : before - 1
    const messages = [last, last - 1, last - 2].filter((n) => n > 0).map((n) => message(n))
    return { messages, more: last > 3 }
  }
}

const numbers = (chat: Chat) => chat.state.messages.map(({ n }) => n)

test('older pages are loaded as they are asked for', async () => {
  const server = new Fake()
  server.count = 7
  const chat = new Chat(server)
  await chat.connected()
  expect(numbers(chat)).toEqual([5, 6, 7])
  expect(chat.state).toMatchObject({ more: true, unread: 0 })
  await Promise.all([chat.loadOlder(), chat.loadOlder()])
  expect(numbers(chat)).toEqual([2, 3, 4, 5, 6, 7])
  await chat.loadOlder()
  expect(numbers(chat)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(chat.state.more).toBe(false)
  expect(server.loads).toEqual([undefined, 5, 2])
})

test('a reconnection fills the gap and no more', async () => {
  const server = new Fake()
  server.count = 2
  const chat = new Chat(server)
  await chat.connected()
  server.count = 8
  await chat.connected()
  expect(numbers(chat)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(server.loads).toEqual([undefined, undefined, 6])
  expect(chat.state).toMatchObject({ more: false, unread: 6 })
})

test('a gap that could not be filled is filled the next time', async () => {
  const server = new Fake()
  server.count = 2
  const chat = new Chat(server)
  await chat.connected()
  server.count = 8
  server.online = false
  await chat.connected()
  chat.receive(message(8))
  expect(numbers(chat)).toEqual([1, 2, 8])
  server.online = true
  await chat.connected()
  expect(numbers(chat)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('what is said waits for the connection and is shown once', async () => {
  const server = new Fake()
  const chat = new Chat(server)
  await chat.connected()
  server.online = false
  chat.say('hello')
  expect(chat.state.outgoing).toMatchObject([{ text: 'hello', problem: '' }])
  expect(server.sent).toEqual([])
  server.online = true
  await chat.connected()
  const ref = chat.state.outgoing[0]?.ref ?? ''
  expect(server.sent).toMatchObject([{ text: 'hello', ref }])
  for (let i = 0; i < 2; i++) chat.receive(message(1, { ref, text: 'hello' }))
  expect(chat.state).toMatchObject({ outgoing: [], unread: 0 })
  expect(numbers(chat)).toEqual([1])
})

test('a refusal is said, and can be tried again or dropped', async () => {
  const server = new Fake()
  const chat = new Chat(server)
  await chat.connected()
  chat.say('too fast')
  chat.refused('limit chat_per_minute')
  const ref = chat.state.outgoing[0]?.ref ?? ''
  expect(chat.state.outgoing[0]?.problem).toBe('limit chat_per_minute')
  chat.retry(ref)
  expect(server.sent).toHaveLength(2)
  expect(chat.state.outgoing[0]?.problem).toBe('')
  chat.discard(ref)
  expect(chat.state.outgoing).toEqual([])
})

test('unread counts what others said while nobody looked', async () => {
  const server = new Fake()
  server.count = 3
  const chat = new Chat(server)
  await chat.connected()
  const seen: number[] = []
  chat.on('changed', (state) => seen.push(state.unread))
  chat.receive(message(4))
  chat.look(true)
  chat.receive(message(5))
  chat.look(false)
  chat.receive(message(6))
  expect(seen).toEqual([1, 0, 0, 0, 1])
})

test('what is no message is refused', () => {
  expect(readChatMessage({ n: 1, at: 2, author: 3, name: 'A', text: 'x' })).toMatchObject({
    ref: '',
  })
  for (const raw of [null, {}, { n: -1, at: 2, author: 3, name: 'A', text: 'x' }, { n: 1 }]) {
    expect(readChatMessage(raw)).toBeNull()
  }
  expect(
    readChatPage({ messages: [{}, { n: 1, at: 2, author: 3, name: 'A', text: 'x' }] }),
  ).toMatchObject({ messages: [{ n: 1 }], more: false })
  expect(readChatPage({})).toBeNull()
})

test('what is being written waits, and takes what is asked about at its end', () => {
  const chat = new Chat(new Fake())
  const drafts: string[] = []
  chat.on('draft', (draft) => drafts.push(draft))
  chat.quote('main.py:3')
  chat.write('main.py:3 is that')
  chat.quote('a.py:1-2')
  chat.write('')
  expect(drafts).toEqual(['main.py:3 ', 'main.py:3 is that', 'main.py:3 is that a.py:1-2 ', ''])
})
