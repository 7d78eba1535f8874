// Clients that mean harm, beside people who type: shared by the test (does everybody's text arrive?) and
// bench/hostile.mjs (how late?).  The harm is done by a thread of its own, so that it does not slow the watch.
import { readFileSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import * as Y from 'yjs'
import { frame, presence, RawSocket, slowHeader, sync } from './raw.mjs'

const step1 = frame([0, 0, 1, 0])

/** `count` small updates of one writer, and each as a frame. */
export const typing = (count) => {
  const doc = new Y.Doc()
  const updates = []
  doc.on('update', (update) => updates.push(update))
  for (let i = 0; i < count; i++) doc.getText('file:main').insert(i, 'x')
  return updates.map((update) => sync(2, update))
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Writes all of `bytes` again and again, as fast as the socket takes it. */
const flood = (socket, bytes) => {
  const more = () => {
    while (socket.writable && socket.write(bytes));
  }
  socket.on('drain', more)
  more()
}

/** In the worker: everything at once, for ever. */
const harm = async ({ port, slow, flooders, deaf, rooms, edits: count = 500 }) => {
  const edits = Buffer.concat(typing(count))
  const cursors = Buffer.concat(Array.from({ length: 500 }, (_, i) => presence(1, i + 1, { n: i })))
  for (let i = 0; i < slow; i++) {
    slowHeader(port)
    if (i % 100 === 99) await sleep(20)
  }
  for (let i = 0; i < deaf; i++) {
    const socket = new RawSocket(port, `/ws/person-${i % rooms}`, { paused: true })
    socket.write(step1)
  }
  for (let i = 0; i < flooders; i++) {
    const cursor = i % 4 === 0
    const socket = new RawSocket(port, cursor ? `/ws/person-${i % rooms}` : `/ws/flood-${i}`)
    if ((await socket.opened) !== 101) continue
    socket.onFrame = () => (socket.frames.length = 0)
    socket.write(step1)
    flood(socket.socket, cursor ? cursors : edits)
  }
  parentPort.postMessage('under way')
}

if (!isMainThread && workerData?.harm) await harm(workerData.harm)

/** Starts the harm; returns when all of it is under way. */
export const startHarm = async (options) => {
  const worker = new Worker(new URL(import.meta.url), { workerData: { harm: options } })
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  return { stop: () => worker.terminate() }
}

export const rssBytes = (pid) => {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line[1]) * 1024
}

/**
 * Pairs of people: one types `edits` characters, `everyMs` apart, the other waits for each.
 * Returns the latencies in ms, and how many never came.
 */
export const people = async (port, { pairs, edits, everyMs, graceMs = 10000 }) => {
  const latencies = []
  const ends = []
  const texts = typing(edits)
  for (let i = 0; i < pairs; i++) {
    const path = `/ws/person-${i}`
    const [writer, reader] = [new RawSocket(port, path), new RawSocket(port, path)]
    if ((await writer.opened) !== 101 || (await reader.opened) !== 101) throw new Error('people are kept out')
    const sent = []
    let got = 0
    reader.onFrame = (payload) => {
      reader.frames.length = 0
      if (payload[0] === 0 && payload[1] === 2) latencies.push(performance.now() - sent[got++])
    }
    writer.onFrame = () => (writer.frames.length = 0)
    for (const one of [writer, reader]) one.write(step1)
    const type = async () => {
      await sleep(Math.random() * everyMs)
      for (const text of texts) {
        sent.push(performance.now())
        writer.write(text)
        await sleep(everyMs)
      }
      const until = Date.now() + graceMs
      while (got < edits && Date.now() < until) await sleep(20)
      for (const one of [writer, reader]) one.destroy()
    }
    ends.push(type())
  }
  await Promise.all(ends)
  latencies.sort((a, b) => a - b)
  return { latencies, lost: pairs * edits - latencies.length }
}
