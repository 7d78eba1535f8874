// People who type without a window of their own, each a line of the room's first file, as pages do: an update for
// each key, presence when it changed. For machines that cannot draw as many windows as a room has people.
//   node tests/blackbox/typists.mjs --ws ws://127.0.0.1:8000/ws --room ID --lines 1,2,3 --keys 150 --key-ms 200
// Prints `ready` when all are in the room, types when a line comes in, and ends when all of it is stored. The one in
// line N writes the N-th letter.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import * as encoding from 'lib0/encoding'
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { Client } from './client.mjs'

const option = (initial) => ({ type: 'string', default: initial })
const { values: options } = parseArgs({
  options: {
    ws: option(''),
    room: option(''),
    lines: option('1'),
    keys: option('150'),
    'key-ms': option('200'),
  },
})
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const TYPE_AWARENESS = 1
const keys = Number(options.keys)
const keyMs = Number(options['key-ms'])

class Typist {
  constructor(line) {
    this.line = line
    this.letter = LETTERS[line]
    this.client = new Client({ ws: options.ws }, options.room)
    this.awareness = new Awareness(this.client.doc)
    this.shown = ''
  }

  endOfLine() {
    const text = this.client.text.toString()
    let start = 0
    for (let line = 0; line < this.line; line += 1) start = text.indexOf('\n', start) + 1
    const end = text.indexOf('\n', start)
    return end < 0 ? text.length : end
  }

  press() {
    const at = this.endOfLine()
    this.client.text.insert(at, this.letter)
    this.show(at + 1)
  }

  show(at) {
    const head = Y.createRelativePositionFromTypeIndex(this.client.text, at)
    const shown = JSON.stringify(head)
    if (shown === this.shown) return
    this.shown = shown
    const user = { name: `P${this.line}`, color_index: this.line % 8 }
    this.awareness.setLocalState({
      user,
      file: 'main',
      selections: [{ head }],
      line: this.line + 1,
      rows: 30,
    })
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, TYPE_AWARENESS)
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, [this.client.doc.clientID]))
    this.client.socket.send(encoding.toUint8Array(encoder))
  }

  async type() {
    const started = performance.now()
    for (let key = 0; key < keys; key += 1) {
      await sleep(Math.max(0, started + key * keyMs - performance.now()))
      this.press()
    }
    await this.client.saved()
    this.awareness.destroy()
    await this.client.leave()
  }
}

const typists = options.lines.split(',').map((line) => new Typist(Number(line)))
await Promise.all(typists.map(({ client }) => client.join()))
for (const typist of typists) typist.show(typist.endOfLine())
console.log('ready')
await once(process.stdin, 'data')
process.stdin.destroy()
await Promise.all(
  typists.map(async (typist, i) => {
    await sleep((i * keyMs) / typists.length)
    await typist.type()
  }),
)
