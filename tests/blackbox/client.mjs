// A member of a room that speaks tandem.v1: a Yjs document whose edits are counted until they are acknowledged.
import WebSocket from 'ws'
import * as Y from 'yjs'
import { until } from './server.mjs'

export const varUint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varUint(Math.floor(n / 128))])

const readVarUint = (data, at) => {
  let value = 0
  for (let shift = 1; ; shift *= 128) {
    const byte = data[at++]
    value += (byte & 127) * shift
    if (byte < 128) return [value, at]
  }
}

export class Client {
  constructor(server, room, options = {}) {
    this.doc = new Y.Doc()
    this.text = this.doc.getText('file:main')
    this.sent = 0
    this.acked = 0
    this.events = []
    this.socket = new WebSocket(`${server.ws}/${room}`, ['tandem.v1'], options)
    this.socket.binaryType = 'nodebuffer'
    this.closed = new Promise((resolve) =>
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
    )
    this.socket.on('error', () => {})
    this.socket.on('message', (data) => this.#receive(data))
    this.doc.on('update', (update, origin) => origin !== this && this.#send(2, update))
  }

  /** Until the greeting came; then the document is the room's. */
  async join() {
    await until(() => this.events.some((event) => event.type === 'hello') && this.synced, 'hello')
    return this
  }

  #send(kind, bytes) {
    if (kind > 0) this.sent++
    this.socket.send(Buffer.concat([Buffer.from([0, kind, ...varUint(bytes.length)]), bytes]))
  }

  #receive(data) {
    if (data[0] === 120) this.acked = readVarUint(data, 1)[0]
    if (data[0] === 121) this.events.push(JSON.parse(data.subarray(readVarUint(data, 1)[1]).toString()))
    if (data[0] !== 0) return
    const [length, at] = readVarUint(data, 2)
    const body = data.subarray(at, at + length)
    if (data[1] === 0) {
      this.#send(1, Y.encodeStateAsUpdate(this.doc, body))
      this.#send(0, Y.encodeStateVector(this.doc))
      return
    }
    Y.applyUpdate(this.doc, body, this)
    this.synced = true
  }

  saved(about = 'ack') {
    return until(() => this.acked === this.sent, about)
  }

  heard(code) {
    return this.events.some((event) => event.code === code)
  }

  async leave() {
    this.socket.close()
    await this.closed
  }
}
