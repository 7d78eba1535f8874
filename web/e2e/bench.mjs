// How quick the page is, measured and printed; no test, because it depends on the machine.
//   node e2e/bench.mjs --server-cmd '../build/tandem serve --port {port} --data {data}'
// Ten people type five letters a second each for --seconds; one more looks on, and types a letter
// twice a second. Of the ten, --windows type in a window of their own (at least one), the others
// come over the wire alone: people have a machine each, and this one draws all windows. Before,
// a text of 1 MB is opened in a window that never saw it, and a bare text field shows the floor. First of all
// come the visits: from the landing page, by link, and again (--rounds). --only NAME runs one of these.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { FLAGS } from './chromium.mjs'
import { overTheWire } from './over-the-wire.mjs'
import { Room } from './room.mjs'
import { freePort, Server } from './server.mjs'
import { visits } from './visits.mjs'

const { values: options } = parseArgs({
  options: {
    'server-cmd': { type: 'string' },
    people: { type: 'string', default: '10' },
    windows: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const KEY_MS = 200

/** Runs in the page: when a key was pressed, and when its frame was painted. */
function watchOwnKeys() {
  window.bench = { sent: [], own: [] }
  addEventListener(
    'keydown',
    (event) => {
      window.bench.sent.push(performance.timeOrigin + event.timeStamp)
      requestAnimationFrame(() => {
        const channel = new MessageChannel()
        channel.port1.onmessage = () => window.bench.own.push(performance.now() - event.timeStamp)
        channel.port2.postMessage(null)
      })
    },
    true,
  )
}

/** Runs in the page: when each letter of the others was on the screen. */
function watchOthers() {
  const seen = {}
  window.bench.seen = seen
  const lines = document.querySelector('.monaco-editor .view-lines')
  const look = () => {
    const counts = {}
    for (const letter of lines.textContent) counts[letter] = (counts[letter] ?? 0) + 1
    const now = performance.timeOrigin + performance.now()
    for (const [letter, count] of Object.entries(counts)) {
      seen[letter] ??= []
      const times = seen[letter]
      while (times.length < count) times.push(now)
    }
  }
  const channel = new MessageChannel()
  let due = false
  channel.port1.onmessage = () => {
    due = false
    look()
  }
  // Monaco draws in a frame of animation; the message comes after that frame was painted.
  new MutationObserver(() => {
    if (!due) channel.port2.postMessage(null)
    due = true
  }).observe(lines, { childList: true, subtree: true, characterData: true })
}

function summary(name, values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  const ms = (value) => `${value?.toFixed(1)} ms`
  console.log(
    `${name}: p50 ${ms(at(0.5))}, p95 ${ms(at(0.95))}, p99 ${ms(at(0.99))}, max ${ms(at(1))} of ${sorted.length}`,
  )
}

/** What the main thread of a window has done so far, in seconds. */
async function cost(chrome) {
  const { metrics } = await chrome.send('Performance.getMetrics')
  const values = Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
  return { ...values, at: performance.now() / 1000 }
}

async function typing(room) {
  const people = Number(options.people)
  const windows = Math.min(people, Math.max(1, Number(options.windows)))
  const names = Array.from({ length: windows }, (_, i) => `P${i}`)
  const [watcher, ...typists] = await room.gather('Watcher', ...names)
  // A line each, and all of them in view.
  await watcher.page.keyboard.insertText('\n'.repeat(people))
  for (const [i, typist] of typists.entries()) {
    await typist.page.evaluate(watchOwnKeys)
    await typist.focus()
    await typist.press('Control+Home', ...Array(i).fill('ArrowDown'))
    await typist.page.evaluate(() => {
      window.bench.sent = []
      window.bench.own = []
    })
  }
  await watcher.page.evaluate(watchOwnKeys)
  await watcher.page.evaluate(watchOthers)
  const presses = Math.round((Number(options.seconds) * 1000) / KEY_MS)
  const lines = Array.from({ length: people - windows }, (_, i) => windows + i)
  const wire = await overTheWire(room, lines, { keys: presses, keyMs: KEY_MS })
  const idle = { typing: true }
  const chrome = await watcher.page.context().newCDPSession(watcher.page)
  await chrome.send('Performance.enable')
  const before = await cost(chrome)
  const own = (async () => {
    await watcher.press('Control+End')
    while (idle.typing) {
      await watcher.page.keyboard.press('Z')
      await sleep(500)
    }
  })()
  wire.go()
  await Promise.all(
    typists.map(async (typist, i) => {
      await sleep((i * KEY_MS) / people)
      await typist.type(LETTERS[i].repeat(presses), KEY_MS)
    }),
  )
  idle.typing = false
  await own
  await wire.done()
  const after = await cost(chrome)
  await sleep(1_000)
  const seen = await watcher.page.evaluate(() => window.bench.seen)
  const remote = []
  const busy = []
  let lost = 0
  for (const [i, typist] of typists.entries()) {
    const { sent, own: painted } = await typist.page.evaluate(() => window.bench)
    const times = seen[LETTERS[i]] ?? []
    lost += sent.length - times.length
    for (let n = 0; n < times.length; n += 1) remote.push(times[n] - sent[n])
    busy.push(...painted)
  }
  for (const line of lines) lost += presses - (seen[LETTERS[line]] ?? []).length
  console.log(
    `${people} people, ${windows} of them in a window, ${presses} keys each, ${lost} keys not seen by the watcher`,
  )
  const share = (key) => ((100 * (after[key] - before[key])) / (after.at - before.at)).toFixed(1)
  console.log(
    `main thread of the window that looks on: ${share('TaskDuration')} % busy, ${share('ScriptDuration')} % in script, ${share('LayoutDuration')} % in layout`,
  )
  summary('key to paint, window that looks on', await watcher.page.evaluate(() => window.bench.own))
  summary('key to paint, windows that type', busy)
  summary('key to paint in another window', remote)
}

/**
 * What this browser on this machine needs for the same without an editor: a bare text field in a
 * page whose picture changes as often. No page can be quicker; a frame waits for the display's tick.
 */
async function floor(room) {
  const { page } = await room.person('Nobody')
  await page.setContent('<textarea rows="20" cols="80"></textarea><p></p>')
  await page.focus('textarea')
  await page.evaluate((everyMs) => {
    const line = document.querySelector('p')
    setInterval(() => {
      line.textContent = `${line.textContent}x`.slice(-80)
    }, everyMs)
  }, KEY_MS / Number(options.people))
  await page.evaluate(watchOwnKeys)
  for (let key = 0; key < 60; key += 1) {
    await page.keyboard.press('Z')
    await sleep(250 + (key % 7))
  }
  const { own } = await page.evaluate(() => window.bench)
  summary('key to paint, a bare text field beside the same changes', own)
}

async function opening(room) {
  const [ada] = await room.gather('Ada')
  await ada.page.evaluate(() => {
    const data = new DataTransfer()
    data.items.add(new File(['value = 12345  # a line\n'.repeat(45_600)], 'large.py'))
    document
      .querySelector('.monaco-editor')
      ?.dispatchEvent(
        new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }),
      )
  })
  await ada.page.getByText('Added large.py.').waitFor()
  await ada.status(/^Saved$/, 30_000)
  const bo = await room.person('Bo')
  await bo.page.goto(`${room.base}/r/${room.id}`)
  await bo.ready()
  const time = await bo.page.evaluate(
    () => performance.getEntriesByName('editor-ready')[0].startTime,
  )
  const ms = await bo.page.evaluate(async () => {
    const button = [...document.querySelectorAll('nav li button')].find((each) =>
      each.textContent.startsWith('large.py'),
    )
    const started = performance.now()
    button.click()
    await new Promise((resolve) => {
      const look = () => {
        // Monaco makes new lines for another model.
        const lines = document.querySelector('.monaco-editor .view-lines')
        const late = performance.now() - started > 20_000
        if (late || lines?.textContent.includes('12345')) resolve()
        else requestAnimationFrame(look)
      }
      look()
    })
    return performance.now() - started
  })
  console.log(
    `room with a file of 1 MB: text there ${Math.round(time)} ms after navigation, the file in view ${Math.round(ms)} ms after the click`,
  )
}

const scratch = mkdtempSync(join(tmpdir(), 'tandem-bench-'))
const server = new Server(options['server-cmd'], await freePort(), join(scratch, 'tandem.db'))
await server.start()
const browser = await chromium.launch({ executablePath: options.chromium, args: FLAGS })
try {
  const firstVisits = (room) => visits(browser, room.base, Number(options.rounds))
  const all = { visits: firstVisits, opening, floor, typing }
  for (const [name, work] of Object.entries(all)) {
    if (options.only !== '' && options.only !== name) continue
    const room = new Room(browser, server.url, scratch)
    await work(room)
    await room.close()
  }
} finally {
  await browser.close()
  await server.stop()
  rmSync(scratch, { recursive: true, force: true })
}
