// A WebSocket client that can do everything wrong: frames from parts, written in pieces of any size.
import { connect } from 'node:net'

export const OP = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 }

const MASK = [0x37, 0xfa, 0x21, 0x3d]

/** One masked frame; `parts` may say fin, rsv (0..7), opcode, payload. */
export function frame({ opcode, payload = Buffer.alloc(0), fin = true, rsv = 0 }) {
  const data = Buffer.from(payload)
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode]
  if (data.length < 126) head.push(0x80 | data.length)
  else if (data.length < 65536) head.push(0x80 | 126, data.length >> 8, data.length & 255)
  else {
    const long = Buffer.alloc(8)
    long.writeBigUInt64BE(BigInt(data.length))
    head.push(0x80 | 127, ...long)
  }
  for (let i = 0; i < data.length; i++) data[i] ^= MASK[i & 3]
  return Buffer.concat([Buffer.from(head), Buffer.from(MASK), data])
}

/** A message as several frames of at most `size` payload bytes. */
export function fragments(opcode, payload, size) {
  const out = []
  for (let at = 0; at < payload.length || at === 0; at += size) {
    const part = payload.subarray(at, at + size)
    out.push(
      frame({ opcode: at === 0 ? opcode : OP.continuation, payload: part, fin: at + size >= payload.length }),
    )
  }
  return out
}

/** The payload of a close frame. */
export const closing = (code, reason = '') =>
  Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)])

export class Client {
  constructor(port, path, headers = {}) {
    this.received = [] // {opcode, payload}
    this.faults = []
    this.rest = Buffer.alloc(0)
    this.socket = connect(port, '127.0.0.1').setNoDelay(true)
    this.ended = new Promise((resolve) => this.socket.on('close', resolve))
    this.socket.on('error', () => {})
    const lines = { Host: 'x', Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13' }
    const all = { ...lines, 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers }
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
    this.socket.write(`GET ${path} HTTP/1.1\r\n${head.join('')}\r\n`)
    this.opened = new Promise((resolve, reject) => {
      this.ended.then(() => reject(new Error('closed before the handshake')))
      this.socket.on('data', (data) => this.read(data, resolve))
    })
  }

  read(data, opened) {
    this.rest = Buffer.concat([this.rest, data])
    if (this.head === undefined) {
      const end = this.rest.indexOf('\r\n\r\n')
      if (end < 0) return
      this.head = this.rest.subarray(0, end).toString()
      this.rest = this.rest.subarray(end + 4)
      opened(this.head)
    }
    while (this.readFrame());
    this.waiting?.()
  }

  /** Takes one frame from what was received, and holds the server to the rules for its side. */
  readFrame() {
    const { rest } = this
    if (rest.length < 2) return false
    const short = rest[1] & 127
    const start = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0)
    if (rest.length < start) return false
    const size =
      short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short
    if (rest.length < start + size) return false
    if ((rest[0] & 0x80) === 0) this.faults.push('the server fragments')
    if ((rest[0] & 0x70) !== 0) this.faults.push('the server sets a reserved bit')
    if ((rest[1] & 0x80) !== 0) this.faults.push('the server masks')
    const opcode = rest[0] & 15
    const payload = Buffer.from(rest.subarray(start, start + size))
    this.rest = rest.subarray(start + size)
    if (this.closed) this.faults.push('a frame after the close frame')
    this.received.push({ opcode, payload })
    if (opcode === OP.close) this.closed = { code: size < 2 ? 1005 : payload.readUInt16BE(0), payload }
    return true
  }

  /** Writes the bytes in pieces of `size`, each given to the kernel alone. */
  async write(bytes, size = Infinity) {
    for (let at = 0; at < bytes.length && !this.socket.destroyed; at += size) {
      const piece = bytes.subarray(at, at + size)
      await new Promise((resolve) => this.socket.write(piece, resolve))
    }
  }

  /** Waits until `check` holds after a frame arrived, or the server hung up. */
  async until(check) {
    let gone = false
    this.ended.then(() => ((gone = true), this.waiting?.()))
    while (!check() && !gone) await new Promise((resolve) => (this.waiting = resolve))
    return check()
  }

  of(opcode) {
    return this.received.filter((one) => one.opcode === opcode).map((one) => one.payload)
  }
}
