// Random programs of two and three people in real editors, all inside one page of real Chromium,
// with a network that is played by hand:
//   node lab/run.mjs                           a short run of each, as script/test does
//   node lab/run.mjs --undo 1000 --fuzz 500    as many as one likes
//   node lab/run.mjs --places 100000 --orders 2x6,3x3,4x2   people who type at one place
//   node lab/run.mjs --seed 77 --undo 1        one of them again
import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { FLAGS } from '../e2e/chromium.mjs'

const { values: options } = parseArgs({
  options: {
    undo: { type: 'string', default: '150' },
    fuzz: { type: 'string', default: '60' },
    places: { type: 'string', default: '300' },
    orders: { type: 'string', default: '2x4,3x2' },
    seed: { type: 'string', default: '1' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
const BATCH = 50

const web = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(web, 'dist-lab')
await build({ configFile: join(web, 'lab/vite.config.mjs'), logLevel: 'warn' })

const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, 'http://lab').pathname)
  const file = join(dist, path === '/' ? 'index.html' : path)
  if (!file.startsWith(dist) || !existsSync(file)) response.writeHead(404).end()
  else {
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
    createReadStream(file).pipe(response)
  }
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

const browser = await chromium.launch({ executablePath: options.chromium, args: FLAGS })
const page = await browser.newPage()
const complaints = []
page.on('pageerror', (error) => complaints.push(String(error.stack ?? error).slice(0, 600)))
await page.goto(`http://127.0.0.1:${server.address().port}/`)
await page.waitForFunction(() => 'lab' in window)

let failed = 0
let passed = 0
for (const kind of ['undo', 'fuzz', 'places']) {
  const wanted = Number(options[kind])
  const sum = { programs: 0, undos: 0, ms: 0, faults: [] }
  // Small batches: a page that works for minutes in one turn looks dead to the browser.
  for (let at = 0; at < wanted && sum.faults.length === 0; at += BATCH) {
    const report = await page.evaluate(
      ([name, from, count]) => window.lab[name](from, count),
      [kind, Number(options.seed) + at, Math.min(BATCH, wanted - at)],
    )
    for (const key of ['programs', 'undos', 'ms']) sum[key] += report[key]
    sum.faults.push(...report.faults)
  }
  const steps = sum.undos > 0 ? `, ${sum.undos} undos and redos` : ''
  console.log(`${kind}: ${sum.programs} programs${steps}, ${(sum.ms / 1000).toFixed(1)} s`)
  for (const fault of sum.faults) console.log(`  ${fault}`)
  passed += sum.programs - sum.faults.length
  failed += sum.faults.length
}
for (const size of options.orders.split(',').filter(Boolean)) {
  const [seats, keys] = size.split('x').map(Number)
  const { programs, faults, ms } = await page.evaluate(
    ([people, each]) => window.lab.orders(people, each),
    [seats, keys],
  )
  console.log(`orders of ${size} keys: ${programs} programs, ${(ms / 1000).toFixed(1)} s`)
  for (const fault of faults) console.log(`  ${fault}`)
  passed += programs - faults.length
  failed += faults.length
}
for (const complaint of complaints) console.log(`the page complained: ${complaint}`)
failed += complaints.length

await browser.close()
server.close()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
