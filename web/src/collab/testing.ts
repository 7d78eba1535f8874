import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { TYPE_ACK, TYPE_AUTH, TYPE_AWARENESS, TYPE_EVENT, TYPE_SYNC } from './wire'

/** Small deterministic random numbers, so that a failing seed can be run again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** The part of WebSocket that the provider uses, played by hand. */
export class FakeSocket {
  readyState = 0
  protocol = ''
  binaryType = ''
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  readonly sent: Uint8Array[] = []

  constructor(
    readonly url: string,
    readonly protocols: string[],
    private readonly onSend: (socket: FakeSocket, bytes: Uint8Array) => void = () => {},
  ) {}

  send(bytes: Uint8Array): void {
    this.sent.push(bytes)
    this.onSend(this, bytes)
  }

  close(): void {
    this.drop(1000)
  }

  open(protocol = 'tandem.v1'): void {
    this.protocol = protocol
    this.readyState = 1
    this.onopen?.()
  }

  receive(bytes: Uint8Array): void {
    this.onmessage?.({ data: bytes.slice().buffer })
  }

  drop(code = 1006, reason = ''): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.onclose?.({ code, reason })
  }
}

function frame(type: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, type)
  write(encoder)
  return encoding.toUint8Array(encoder)
}

export function ackFrame(count: number): Uint8Array {
  return frame(TYPE_ACK, (encoder) => encoding.writeVarUint(encoder, count))
}

export function deniedFrame(reason: string): Uint8Array {
  return frame(TYPE_AUTH, (encoder) => {
    encoding.writeVarUint(encoder, 0)
    encoding.writeVarString(encoder, reason)
  })
}

export function eventFrame(event: unknown): Uint8Array {
  return frame(TYPE_EVENT, (encoder) => encoding.writeVarString(encoder, JSON.stringify(event)))
}

export function syncFrame(step: number, payload: Uint8Array): Uint8Array {
  return frame(TYPE_SYNC, (encoder) => {
    encoding.writeVarUint(encoder, step)
    encoding.writeVarUint8Array(encoder, payload)
  })
}

/** A room kept in memory that answers as the server does. */
export class FakeServer {
  readonly doc = new Y.Doc()
  readonly sockets = new Set<FakeSocket>()
  frames = new Map<FakeSocket, number>()
  /** Says what it has stored. */
  acks = true

  readonly onSend = (socket: FakeSocket, bytes: Uint8Array): void => {
    const decoder = decoding.createDecoder(bytes)
    const type = decoding.readVarUint(decoder)
    if (type === TYPE_AWARENESS) for (const each of this.sockets) each.receive(bytes)
    if (type !== TYPE_SYNC) return
    const step = decoding.readVarUint(decoder)
    const payload = decoding.readVarUint8Array(decoder)
    if (step === 0) {
      socket.receive(syncFrame(1, Y.encodeStateAsUpdate(this.doc, payload)))
      return
    }
    Y.applyUpdate(this.doc, payload, socket)
    const count = (this.frames.get(socket) ?? 0) + 1
    this.frames.set(socket, count)
    for (const other of this.sockets) if (other !== socket) other.receive(syncFrame(2, payload))
    if (this.acks && socket.readyState === 1) socket.receive(ackFrame(count))
  }

  accept(socket: FakeSocket): void {
    this.sockets.add(socket)
    this.frames.set(socket, 0)
    socket.open()
    socket.receive(eventFrame({ type: 'hello', epoch: 'e1', color: 3 }))
    socket.receive(syncFrame(0, Y.encodeStateVector(this.doc)))
  }

  lose(socket: FakeSocket): void {
    this.sockets.delete(socket)
    socket.drop()
  }
}
