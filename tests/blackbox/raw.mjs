// A WebSocket client without manners: it may stop reading, send half a frame, or flood.
import { connect } from 'node:net'

export const varUint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varUint(Math.floor(n / 128))])

/** One masked frame, as a client sends it; the mask is zero, which leaves the payload as it is. */
export const frame = (payload, { opcode = 2, fin = true, length = payload.length } = {}) => {
  const head = [(fin ? 0x80 : 0) | opcode]
  if (length < 126) head.push(0x80 | length)
  else if (length < 65536) head.push(0x80 | 126, length >> 8, length & 255)
  else
    head.push(
      0x80 | 127,
      0,
      0,
      0,
      0,
      length >>> 24,
      (length >>> 16) & 255,
      (length >>> 8) & 255,
      length & 255,
    )
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), Buffer.from(payload)])
}

export const sync = (step, body) => frame([0, step, ...varUint(body.length), ...body])

export const presence = (client, clock, state) => {
  const json = Buffer.from(JSON.stringify(state))
  const entry = [1, ...varUint(client), ...varUint(clock), ...varUint(json.length), ...json]
  return frame([1, ...varUint(entry.length), ...entry])
}

export class RawSocket {
  /** Opens a WebSocket on 127.0.0.1; `paused` never reads more than the answer to the handshake. */
  constructor(port, path, { paused = false, protocol = '', headers = '', from } = {}) {
    this.frames = []
    this.closed = null // code of the close frame, 0 when the socket just ended
    this.rest = Buffer.alloc(0)
    this.socket = connect({ port, host: '127.0.0.1', localAddress: from })
    this.socket.on('error', () => {})
    const offer = protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : ''
    this.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${offer}${headers}\r\n`,
    )
    this.ended = new Promise((resolve) =>
      this.socket.on('close', () => {
        this.closed ??= 0
        resolve(this.closed)
      }),
    )
    this.opened = new Promise((resolve) => {
      let head = ''
      const onData = (data) => {
        head += data.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        this.socket.off('data', onData)
        this.status = Number(head.slice(9, 12))
        this.head = head
        if (paused) this.socket.pause()
        else this.socket.on('data', (more) => this.read(more))
        this.read(Buffer.from(head.slice(end + 4), 'latin1'))
        resolve(this.status)
      }
      this.socket.on('data', onData)
      this.socket.on('close', () => resolve(this.status ?? 0))
    })
  }

  read(data) {
    this.rest = Buffer.concat([this.rest, data])
    for (;;) {
      const at = this.rest
      let length = at.length < 2 ? 0 : at[1] & 127
      let head = 2
      if (length === 126) [length, head] = [at.length < 4 ? Infinity : at.readUInt16BE(2), 4]
      else if (length === 127)
        [length, head] = [at.length < 10 ? Infinity : Number(at.readBigUInt64BE(2)), 10]
      if (at.length < head + length) return
      const payload = at.subarray(head, head + length)
      if (at[0] === 0x88) {
        this.closed = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
        this.reason = payload.subarray(2).toString()
        this.socket.end(frame(payload.subarray(0, 2), { opcode: 8 }))
      } else {
        this.frames.push(payload)
        this.onFrame?.(payload)
      }
      this.rest = at.subarray(head + length)
    }
  }

  write(bytes) {
    return this.socket.write(bytes)
  }

  destroy() {
    this.socket.destroy()
  }

  /** JSON of the events (121) so far. */
  get events() {
    return this.frames
      .filter((payload) => payload[0] === 121)
      .map((payload) => JSON.parse(payload.subarray(payload.indexOf(123)).toString()))
  }

  /** n of the last ack (120). */
  get acked() {
    const ack = this.frames.findLast((payload) => payload[0] === 120)
    if (!ack) return 0
    return ack.subarray(1).reduceRight((n, byte) => n * 128 + (byte & 127), 0)
  }
}

/** A socket whose request has no end: a line of its head each second. */
export const slowHeader = (port) => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.resume()
  socket.write('GET / HTTP/1.1\r\n')
  const timer = setInterval(() => socket.write('X-A: b\r\n'), 1000)
  return socket.on('close', () => clearInterval(timer))
}

/** Value of one line of /metrics, 0 when it is not there. */
export const metric = async (server, name) => {
  const text = await (await server.fetch('/metrics')).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return line ? Number(line.slice(name.length + 1)) : 0
}

export const refused = (server, limit) => metric(server, `tandem_refused_total{limit="${limit}"}`)
