// Types lines of real Python letter by letter and compares what is stored, byte by byte:
//   node e2e/type-python.mjs --server-cmd '../build/tandem serve --port {port} --data {data}'
// More: --lines N (400), --delay MS (80), --people N who type at once, each alone (3), --seed N (1).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { FLAGS } from './chromium.mjs'
import { Room } from './room.mjs'
import { freePort, Server } from './server.mjs'
import { realPython, typesExactly } from './typist.mjs'

const { values: options } = parseArgs({
  options: {
    'server-cmd': { type: 'string' },
    lines: { type: 'string', default: '400' },
    delay: { type: 'string', default: '80' },
    people: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})
if (!options['server-cmd']) {
  console.error('give --server-cmd')
  process.exit(2)
}

const scratch = mkdtempSync(join(tmpdir(), 'tandem-typing-'))
const server = new Server(options['server-cmd'], await freePort(), join(scratch, 'tandem.db'))
await server.start()
const browser = await chromium.launch({ executablePath: options.chromium, args: FLAGS })
const pieces = realPython(options.seed, Number(options.lines))
let exact = 0
let wrong = 0

async function typeAlone(name) {
  const room = new Room(browser, server.url, scratch)
  const [person] = await room.gather(name)
  for (let piece = pieces.pop(); piece; piece = pieces.pop()) {
    try {
      await typesExactly(person, room, piece, Number(options.delay))
      exact += piece.length
    } catch (error) {
      wrong += 1
      console.log(`WRONG ${error.message}\n${piece.map((line) => `    ${line}`).join('\n')}`)
    }
  }
  for (const fault of room.faults) console.log(`the page complained: ${fault}`)
  await room.close()
}

await Promise.all(Array.from({ length: Number(options.people) }, (_, i) => typeAlone(`P${i}`)))
await browser.close()
await server.stop()
rmSync(scratch, { recursive: true, force: true })
console.log(`${exact} lines typed exactly at ${options.delay} ms a key, ${wrong} pieces wrong`)
process.exit(wrong === 0 ? 0 : 1)
