// node bench/server/hostile.mjs HOST:PORT PATH --slow N --deaf N --rooms N
// Two kinds of bad company, until it is killed: sockets that send the head of a request one byte a second, and
// members of the rooms hostile-0, hostile-1 ... that read nothing. (Those who flood are yload's.)
import crypto from 'node:crypto'
import net from 'node:net'
import { parseArgs } from 'node:util'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    slow: { type: 'string', default: '2000' },
    deaf: { type: 'string', default: '20' },
    rooms: { type: 'string', default: '20' },
  },
})
const [address, prefix] = positionals
const [host, port] = address.split(':')

const open = (onConnect) => {
  const socket = net.connect({ host, port: Number(port) }, () => onConnect(socket))
  socket.on('error', () => {})
  return socket
}

function slow() {
  const socket = open((s) => {
    s.write('GET /')
    const timer = setInterval(() => s.write('a'), 1000)
    s.on('close', () => clearInterval(timer))
  })
  socket.on('close', () => setTimeout(slow, 500))
  socket.resume()
}

function deaf(room) {
  const socket = open((s) => {
    s.write(
      `GET ${prefix}hostile-${room} HTTP/1.1\r\nHost: ${address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${crypto.randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
  })
  socket.pause()
  socket.on('close', () => setTimeout(deaf, 500, room))
}

for (let i = 0; i < Number(options.slow); i++) slow()
for (let i = 0; i < Number(options.deaf); i++) deaf(i % Number(options.rooms))
console.log('ready')
