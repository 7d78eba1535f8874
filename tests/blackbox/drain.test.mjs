// SIGTERM under load: what was acknowledged is there, everybody is told to come back, in time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHarm, typing } from './hostile.mjs'
import { frame, RawSocket } from './raw.mjs'
import { Server, sleep, until } from './server.mjs'

test('SIGTERM under load: acked edits are kept, 1012 for all, out in five seconds', {
  timeout: 90000,
}, async () => {
  const server = await new Server(['--create-on-join']).start()
  const texts = typing(3000)
  const writers = []
  for (let i = 0; i < 20; i++) {
    const socket = new RawSocket(server.port, `/ws/room-${i}`, { protocol: 'tandem.v1' })
    assert.equal(await socket.opened, 101)
    socket.write(frame([0, 0, 1, 0]))
    writers.push(socket)
  }
  const harm = await startHarm({ port: server.port, slow: 50, flooders: 8, deaf: 2, rooms: 20 })
  let typed = 0
  const type = setInterval(() => {
    for (const socket of writers) socket.write(texts[typed])
    typed++
  }, 2)
  await until(() => writers.every((socket) => socket.acked > 50), 'all are saved now and then', 30000)
  const started = Date.now()
  const stopped = server.stop()
  await sleep(30) // they go on typing into the drain
  clearInterval(type)
  assert.equal(await stopped, 0, server.log)
  assert.ok(Date.now() - started < 5000)
  for (const socket of writers) assert.equal(await socket.ended, 1012)
  await harm.stop()

  await server.start()
  for (let i = 0; i < writers.length; i++) {
    const { text } = await server.call('GET', `/rooms/room-${i}/code`)
    assert.match(text, /^x*$/)
    assert.ok(text.length >= writers[i].acked, `room ${i}: ${text.length} of ${writers[i].acked} acked`)
    // What was read before the drain was acknowledged before the close: nothing is there unsaid.
    assert.equal(text.length, writers[i].acked)
  }
  assert.equal(await server.remove(), 0)
})
