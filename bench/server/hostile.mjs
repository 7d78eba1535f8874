// node bench/server/hostile.mjs ws://127.0.0.1:PORT/PATH --slow N --deaf N --rooms N
// Two kinds of bad company, until it is killed: sockets that send the head of a request a line a second, and
// members of the rooms hostile-0, hostile-1 ... that read nothing. (Those who flood are yload's.)
import { parseArgs } from 'node:util'
import { RawSocket, slowHeader } from '../../tests/blackbox/raw.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    slow: { type: 'string', default: '2000' },
    deaf: { type: 'string', default: '20' },
    rooms: { type: 'string', default: '20' },
  },
})
const { port, pathname } = new URL(positionals[0])
const deaf = (room) => new RawSocket(port, `${pathname}hostile-${room}`, { paused: true }).socket

// Who is ended comes back.
const again = (open) => open().on('close', () => setTimeout(again, 500, open))

for (let i = 0; i < Number(options.slow); i++) again(() => slowHeader(port))
for (let i = 0; i < Number(options.deaf); i++) again(() => deaf(i % Number(options.rooms)))
console.log('ready')
