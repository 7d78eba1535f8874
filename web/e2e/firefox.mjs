// The main job in real Firefox: open, type, complete, undo what is one's own, reload while offline.
//   node e2e/firefox.mjs --server-cmd '../build/tandem serve --port {port} --data {data}'
// Where there is no Firefox it says so and passes; `script/bootstrap --test` installs Debian's.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import puppeteer from 'puppeteer-core'
import { until } from './room.mjs'
import { freePort, Server } from './server.mjs'

const { values: options } = parseArgs({
  options: {
    'server-cmd': { type: 'string' },
    firefox: { type: 'string', default: process.env.FIREFOX ?? '/usr/bin/firefox-esr' },
    out: { type: 'string', default: '' },
  },
})
if (!options['server-cmd']) {
  console.error('give --server-cmd')
  process.exit(2)
}
if (!existsSync(options.firefox)) {
  console.log(`skipped: there is no Firefox at ${options.firefox} (FIREFOX names another)`)
  console.log('0 passed, 0 failed')
  process.exit(0)
}

const WAIT_MS = 60_000
const JOB_MS_MAX = 300_000

/** The text as it stands on the screen. */
const textOf = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.monaco-editor .view-lines > .view-line')]
      .sort((a, b) => Number.parseFloat(a.style.top) - Number.parseFloat(b.style.top))
      .map((line) => (line.textContent ?? '').replaceAll('\u00a0', ' ').replaceAll('\u200b', ''))
      .join('\n'),
  )

const reads = (page, wanted) =>
  until(
    `reads ${JSON.stringify(wanted)}`,
    async () => {
      const text = await textOf(page)
      return text === wanted || text
    },
    WAIT_MS,
  )

const light = (page, pattern) =>
  until(
    `light ${pattern}`,
    async () => {
      const word = await page.$eval('[data-testid="status"]', (node) => node.textContent ?? '')
      return pattern.test(word.trim()) || word
    },
    WAIT_MS,
  )

/** A window of its own person, with everything the page complained about. */
async function person(browser, name, faults) {
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  await page.setViewport({ width: 1200, height: 760 })
  await page.evaluateOnNewDocument((value) => {
    if (self.origin === 'null') return // the empty page before the first has no storage
    if (!localStorage.getItem('tandem.name')) localStorage.setItem('tandem.name', value)
  }, name)
  // Leaving with edits that are not saved is asked about.
  page.on('dialog', (dialog) => dialog.accept().catch(() => {}))
  page.on('pageerror', (error) => {
    const words = String(error).slice(0, 300)
    // Firefox tells a refused connection as an error of the page; the outage is ours.
    if (!/establish a connection to the server/.test(words)) faults.push(`${name}: ${words}`)
  })
  return page
}

let passed = 0
function done(what) {
  passed += 1
  console.log(`ok    ${what}`)
}

/** All that the page loads is in the worker's hands; or what is not. */
function isKept(page) {
  return page.evaluate(async () => {
    if (!navigator.serviceWorker?.controller) return 'no worker is in charge'
    const kept = new Set()
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) kept.add(url)
    }
    const loaded = performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => name.startsWith(`${location.origin}/assets/`))
    if (!loaded.some((name) => name.includes('HistoryPane'))) return 'the history is on its way'
    return loaded.every((name) => kept.has(name)) || loaded.filter((name) => !kept.has(name))
  })
}

async function mainJob(browser, server) {
  const faults = []
  const ada = await person(browser, 'Ada', faults)
  await ada.goto(server.url)
  await ada.locator('::-p-aria([name="New room"][role="button"])').click()
  await ada.waitForSelector('.monaco-editor .view-lines', { timeout: WAIT_MS })
  await light(ada, /^(Saved|Live)$/)
  const address = await ada.evaluate(() => location.href)
  done('a room is made and opens')

  await ada.keyboard.type('x = 41', { delay: 40 })
  await ada.keyboard.press('Enter')
  await ada.keyboard.type('prin', { delay: 40 })
  await ada.waitForSelector('.suggest-widget.visible .monaco-list-row', { timeout: WAIT_MS })
  await ada.keyboard.press('Tab')
  await ada.keyboard.type('x', { delay: 40 })
  await reads(ada, 'x = 41\nprint(x)')
  await light(ada, /^Saved$/)
  done('typed and completed, the caret inside the parentheses')

  const bo = await person(browser, 'Bo', faults)
  await bo.goto(address)
  await bo.waitForSelector('.monaco-editor .view-lines', { timeout: WAIT_MS })
  await reads(bo, 'x = 41\nprint(x)')
  await bo.click('.monaco-editor .view-lines')
  await bo.keyboard.down('Control')
  await bo.keyboard.press('End')
  await bo.keyboard.up('Control')
  await bo.keyboard.type('  # Bo', { delay: 40 })
  await reads(ada, 'x = 41\nprint(x)  # Bo')
  await light(bo, /^Saved$/)
  await ada.bringToFront()
  for (let step = 0; step < 12; step += 1) {
    await ada.keyboard.down('Control')
    await ada.keyboard.press('z')
    await ada.keyboard.up('Control')
  }
  await reads(ada, '  # Bo')
  await reads(bo, '  # Bo')
  done("undo takes back one's own, and nothing of the other")

  // The worker keeps what the page loaded a moment after it is ready, the history last.
  for (const each of [ada, bo]) await until('kept for offline', () => isKept(each), WAIT_MS)
  await server.kill()
  await light(ada, /^Offline/)
  await ada.keyboard.type('offline ', { delay: 40 })
  await light(ada, /^Offline/)
  await ada.reload()
  await ada.waitForSelector('.monaco-editor .view-lines', { timeout: WAIT_MS })
  await until('text after the reload', async () => {
    const text = await textOf(ada)
    return text.includes('offline') || text
  })
  await server.start()
  await light(ada, /^Saved$/)
  await until(
    'both have one text',
    async () => {
      const texts = await Promise.all([textOf(ada), textOf(bo)])
      return (texts[0] === texts[1] && texts[0].includes('offline')) || texts
    },
    WAIT_MS,
  )
  done('reloaded while offline, with what was typed; merged when the server was back')
  if (faults.length > 0) throw new Error(`the page complained: ${faults.join(' | ')}`)
}

const scratch = mkdtempSync(join(tmpdir(), 'tandem-firefox-'))
const data = join(scratch, 'data', 'tandem.db')
const server = new Server(options['server-cmd'], await freePort(), data)
await server.start()
const browser = await puppeteer.launch({
  browser: 'firefox',
  executablePath: options.firefox,
  headless: true,
  // No calls home, no first-run pages.
  extraPrefsFirefox: {
    'datareporting.policy.dataSubmissionEnabled': false,
    'toolkit.telemetry.enabled': false,
    'app.update.enabled': false,
    'browser.aboutwelcome.enabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
  },
})
let failed = false
let timer
try {
  const patience = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('took too long')), JOB_MS_MAX)
  })
  await Promise.race([mainJob(browser, server), patience])
} catch (error) {
  failed = true
  console.log(`FAIL  ${error instanceof Error ? error.message : error}`)
  if (options.out) {
    for (const [i, page] of (await browser.pages()).entries()) {
      await page.screenshot({ path: join(options.out, `firefox-${i}.png`) }).catch(() => {})
    }
  }
} finally {
  clearTimeout(timer)
  await browser.close()
  await server.stop()
  rmSync(scratch, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed ? 1 : 0} failed`)
process.exit(failed ? 1 : 0)
