// A client of the subprotocol tandem.v1: a Yjs document, a socket, and a count of what was acknowledged.
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { tokensOf } from './ledger.mjs'

const SYNC = 0
const DENIED = 2
const ACK = 120
const EVENT = 121

const message = (...parts) => {
  const out = encoding.createEncoder()
  for (const part of parts) {
    if (typeof part === 'number') encoding.writeVarUint(out, part)
    else encoding.writeVarUint8Array(out, part)
  }
  return encoding.toUint8Array(out)
}

/** A socket in a room and the document behind it. */
export class Member {
  constructor(room) {
    this.room = room
    this.doc = new Y.Doc()
    this.connected = false
  }

  /** Resolves when the room's document is in; rejects when the socket closes before. */
  connect(base) {
    const socket = new WebSocket(`${base}/${this.room.id}`, ['tandem.v1'])
    socket.binaryType = 'nodebuffer'
    this.socket = socket
    this.frames = []
    this.acked = 0
    return new Promise((resolve, reject) => {
      socket.on('open', () => {
        this.connected = true
        socket.send(message(SYNC, 0, Y.encodeStateVector(this.doc)))
      })
      socket.on('message', (data) => {
        if (this.socket === socket && this.receive(data)) resolve()
      })
      socket.on('error', () => {})
      socket.on('close', (code) => {
        if (this.socket === socket) this.connected = false
        reject(new Error(`closed with ${code}`))
      })
    })
  }

  /** True for the message that brings the document. */
  receive(data) {
    const read = decoding.createDecoder(data)
    const type = decoding.readVarUint(read)
    if (type === SYNC) {
      const kind = decoding.readVarUint(read)
      const body = decoding.readVarUint8Array(read)
      if (kind === 0) this.answer(body)
      else Y.applyUpdate(this.doc, body, 'remote')
      return kind === 1
    }
    if (type === ACK) this.onAck(decoding.readVarUint(read))
    if (type === EVENT) this.onEvent(JSON.parse(decoding.readVarString(read)))
    if (type === DENIED) this.room.fault('a write was refused')
    return false
  }

  answer() {}

  onAck() {}

  onEvent(event) {
    if (event.type !== 'hello') return
    this.room.epoch ??= event.epoch
    if (event.epoch !== this.room.epoch) this.room.fault(`epoch was ${this.room.epoch}, is ${event.epoch}`)
  }

  async leave() {
    const { socket } = this
    const closed = new Promise((resolve) => socket.on('close', resolve))
    if (socket.readyState === WebSocket.CLOSED) return
    socket.close(1000)
    await closed
  }
}

/** A member that writes.  It keeps its document, as a browser does, whatever happens to the server. */
export class Writer extends Member {
  constructor(room, name, random) {
    super(room)
    this.name = name
    this.random = random
    this.written = 0
    this.unacked = { inserts: new Set(), deletes: new Set() }
    this.doc.on('update', (update, origin) => {
      // Before the first step 2 of a connection nothing goes out: that one says all of it.
      if (origin === 'remote' || !this.connected || this.frames.length === 0) return
      this.send(message(SYNC, 2, update), this.current)
    })
  }

  send(bytes, frame) {
    this.socket.send(bytes)
    this.frames.push({ writer: this.name, inserts: [], deletes: [], mark: 0, ...frame })
  }

  /** Step 2 says all that this document holds; so its ack covers what others wrote, too. */
  answer(stateVector) {
    const seen = [...tokensOf(this.doc.getText('file:main').toString())]
    this.send(message(SYNC, 1, Y.encodeStateAsUpdate(this.doc, stateVector)), {
      inserts: [...seen, ...this.unacked.inserts],
      deletes: [...this.unacked.deletes],
      mark: this.room.ledger.marks.get(this.name)?.sent ?? 0,
    })
  }

  onAck(count) {
    if (count <= this.acked || count > this.frames.length) {
      this.room.fault(`ack of ${count} after ${this.acked} of ${this.frames.length}`)
      return
    }
    for (const frame of this.frames.slice(this.acked, count)) {
      this.room.ledger.ack(frame)
      for (const id of frame.inserts) this.unacked.inserts.delete(id)
      for (const id of frame.deletes) this.unacked.deletes.delete(id)
    }
    this.acked = count
  }

  get saved() {
    return this.connected && this.frames.length > 0 && this.acked === this.frames.length
  }

  edit() {
    const text = this.doc.getText('file:main')
    const starts = []
    const content = text.toString()
    for (let at = content.indexOf('<'); at >= 0; at = content.indexOf('<', at + 1)) starts.push(at)
    const kind = this.random.next()
    if (kind < 0.1) this.mark()
    else if (starts.length > 20 && kind < (starts.length > 120 ? 0.65 : 0.35)) {
      const at = this.random.pick(starts)
      this.delete(text, at, content.slice(at + 1, content.indexOf('>', at)))
    } else this.insert(text, this.random.chance(0.7) ? content.length : this.random.pick([0, ...starts]))
  }

  insert(text, at) {
    const id = `${this.name}:${++this.written}`
    this.room.ledger.insert(id)
    this.unacked.inserts.add(id)
    this.current = { inserts: [id] }
    text.insert(at, `<${id}>`)
  }

  delete(text, at, id) {
    this.room.ledger.remove(id)
    this.unacked.deletes.add(id)
    this.current = { deletes: [id] }
    text.delete(at, id.length + 2)
  }

  mark() {
    const number = (this.room.ledger.marks.get(this.name)?.sent ?? 0) + 1
    this.room.ledger.mark(this.name, number)
    this.current = { mark: number }
    this.doc.getMap('marks').set(this.name, number)
  }
}
