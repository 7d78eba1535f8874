// End to end in real Chromium. Either against a server that runs already:
//   node e2e/run.mjs --url http://127.0.0.1:8000
// or with one of its own, which the restart scenarios need ({port} and {data} are filled in):
//   node e2e/run.mjs --server-cmd '../build/tandem serve --port {port} --data {data}'
// More: --only WORD,WORD to run the scenarios whose name contains one, --out DIR for screenshots,
// --seed N for the dice of those that have some.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { FLAGS } from './chromium.mjs'
import { Room } from './room.mjs'
import { access } from './scenarios/access.mjs'
import { ownCarets } from './scenarios/carets.mjs'
import { chat } from './scenarios/chat.mjs'
import { comfort } from './scenarios/comfort.mjs'
import { door } from './scenarios/door.mjs'
import { editing } from './scenarios/editing.mjs'
import { files } from './scenarios/files.mjs'
import { history } from './scenarios/history.mjs'
import { meanwhile, meanwhileOffline } from './scenarios/meanwhile.mjs'
import { outages } from './scenarios/outages.mjs'
import { pages } from './scenarios/pages.mjs'
import { phone } from './scenarios/phone.mjs'
import { presence } from './scenarios/presence.mjs'
import { rooms } from './scenarios/rooms.mjs'
import { senses } from './scenarios/senses.mjs'
import { shots } from './scenarios/shots.mjs'
import { strangeBrowsers } from './scenarios/strange-browsers.mjs'
import { together } from './scenarios/together.mjs'
import { typing } from './scenarios/typing.mjs'
import { walks } from './scenarios/walks.mjs'
import { freePort, Server } from './server.mjs'

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    'server-cmd': { type: 'string' },
    port: { type: 'string', default: '0' }, // 0: one that is free
    out: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})
if (!options.url && !options['server-cmd']) {
  console.error('give --url or --server-cmd')
  process.exit(2)
}

const SCENARIO_MS_MAX = 90_000

const scratch = mkdtempSync(join(tmpdir(), 'tandem-e2e-'))
const out = options.out || join(scratch, 'shots')
mkdirSync(out, { recursive: true })

const server = options['server-cmd']
  ? new Server(
      options['server-cmd'],
      Number(options.port) || (await freePort()),
      join(scratch, 'data', 'tandem.db'),
    )
  : null
if (server) await server.start()
const base = options.url ?? server.url
const browser = await chromium.launch({ executablePath: options.chromium, args: FLAGS })

let passed = 0
let failed = 0
const all = {
  ...pages,
  ...together,
  ...ownCarets,
  ...editing,
  ...typing,
  ...strangeBrowsers,
  ...files,
  ...presence,
  ...rooms,
  ...door,
  ...comfort,
  ...history,
  ...meanwhile,
  ...access,
  ...senses,
  ...phone,
  ...(server ? { ...outages, ...meanwhileOffline, ...chat } : {}),
  ...(options.out ? { ...shots, ...walks } : {}),
}
if (!server) console.log('no --server-cmd: the scenarios that stop the server are left out')

for (const [name, scenario] of Object.entries(all)) {
  if (!options.only.split(',').some((word) => name.includes(word))) continue
  const room = new Room(browser, base, out)
  const started = Date.now()
  let timer
  try {
    const patience = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('took too long')), SCENARIO_MS_MAX)
    })
    await Promise.race([scenario(base, room, server, { seed: Number(options.seed) }), patience])
    if (room.faults.length > 0) throw new Error(`the page complained: ${room.faults.join(' | ')}`)
    const crash = server?.takeCrash()
    if (crash) throw new Error(crash)
    passed += 1
    console.log(`ok    ${name} (${Date.now() - started} ms)`)
  } catch (error) {
    failed += 1
    const why = error instanceof Error ? error.message : error
    console.log(`FAIL  ${name}: ${why} ${room.faults.join(' | ')} ${server?.takeCrash() ?? ''}`)
    await room.shoot(`failed-${name.replaceAll(' ', '-')}`).catch(() => {})
  } finally {
    clearTimeout(timer)
    await room.close()
    if (server && !server.running) await server.start()
  }
}

await browser.close()
await server?.stop()
if (!options.out) rmSync(scratch, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
