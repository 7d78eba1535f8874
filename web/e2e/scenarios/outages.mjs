// The server goes away and comes back. These need a server the runner may kill.
import { createServer, request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { equal, until } from '../room.mjs'

const LETTERS = 120
const count = (text, letter) => [...text].filter((each) => each === letter).length

/**
 * Runs in the page: from here on, where one line stands after each frame. It is the one in the middle
 * of the text, or of the past that lies over it; gives what stands in it.
 */
function watchMiddleLine() {
  const pane = document.querySelector('section[aria-label="History"]') ?? document
  const editor = pane.querySelector('.monaco-editor')
  const { top, bottom } = editor.getBoundingClientRect()
  const placeOf = (line) => line?.getBoundingClientRect().top
  const lines = () => [...editor.querySelectorAll('.view-lines > .view-line')]
  const { textContent } = lines().find((line) => placeOf(line) > (top + bottom) / 2 - 20)
  const watch = { places: new Set(), on: true }
  window.lineWatch = watch
  const channel = new MessageChannel()
  // Monaco may draw the line with another element.
  channel.port1.onmessage = () =>
    watch.places.add(placeOf(lines().find((line) => line.textContent === textContent)))
  const frame = () => {
    // The message comes after this frame was painted: what stands then is what was seen.
    channel.port2.postMessage(null)
    if (watch.on) requestAnimationFrame(frame)
  }
  frame()
  return textContent
}

const watched = (person) =>
  person.page.evaluate(() => {
    window.lineWatch.on = false
    return [...window.lineWatch.places]
  })

const bar = (person) => person.page.getByRole('status').filter({ hasText: 'Offline.' })
/** The server goes and comes back; gives the height of the bar that said so. */
async function outage(person, server) {
  await server.kill()
  await bar(person).waitFor()
  await sleep(200)
  const height = await bar(person).evaluate((node) => node.offsetHeight)
  await server.start()
  await until('the bar went', async () => (await bar(person).count()) === 0)
  await sleep(200)
  return height
}

export const outages = {
  async 'a proxy that does not pass WebSockets is named in the page'(base, room) {
    // It forwards what it is asked, and an upgrade as a plain request: as nginx without its two lines.
    const proxy = createServer((request, response) => {
      const { upgrade, connection, ...headers } = request.headers
      const ask = httpRequest(
        new URL(request.url, base),
        { method: request.method, headers },
        (answer) => {
          response.writeHead(answer.statusCode, answer.headers)
          answer.pipe(response)
        },
      )
      request.pipe(ask)
    })
    await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const ada = await room.person('Ada')
    try {
      await ada.page.goto(`http://127.0.0.1:${proxy.address().port}`)
      await ada.page.getByRole('button', { name: 'New room' }).click()
      await ada.page.getByText('HTTP works, WebSocket does not.').waitFor({ timeout: 60_000 })
      await room.shoot('blocked', ada)
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
  },

  async "outage: what is the owner's is the owner's again after a reload without the server"(
    _base,
    room,
    server,
  ) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await ada.type('mine')
    await bo.reads('mine')
    await ada.status(/^Saved$/)
    const faces = (person) => person.page.getByRole('complementary', { name: 'People' })
    await server.kill()
    await bo.status(/^Offline$/)
    // Who was here is still known, in grey.
    await faces(bo).getByText('not seen while offline').waitFor()
    await ada.page.reload()
    await ada.reads('mine')
    await ada.status(/^Offline$/)
    await server.start()
    await ada.status(/^Saved$/)
    await ada.press('F1')
    await ada.type('This room')
    await ada.press('Enter')
    const dialog = ada.page.getByRole('dialog', { name: 'This room' })
    await dialog.getByLabel('Name').waitFor()
    await dialog.getByText(/Deleted after/i).waitFor()
  },

  // The server takes the path off by itself, so no proxy is needed here; tests/blackbox has real ones.
  async 'all of it works under a path, without the server too'(_base, room, server) {
    const below = await server.another(' --base-path /tandem/')
    room.base = `${below.url}/tandem`
    try {
      const [ada, bo] = await room.gather('Ada', 'Bo')
      await ada.focus()
      await ada.type('x = 1')
      await bo.reads('x = 1')
      equal(new URL(ada.page.url()).pathname, `/tandem/r/${room.id}`, 'address of the room')
      await ada.status(/^Saved$/)
      const scope = () => ada.page.evaluate(async () => (await navigator.serviceWorker.ready).scope)
      equal(await scope(), `${below.url}/tandem/`, 'scope of the service worker')
      await ada.page.reload()
      await ada.reads('x = 1')
      await ada.page.waitForTimeout(1_500)
      await below.kill()
      await ada.page.reload()
      await ada.reads('x = 1')
      await below.start()
      await ada.status(/^Saved$/)
      await ada.page.getByRole('link', { name: 'Tandem, home' }).click()
      await ada.page.getByRole('button', { name: 'New room' }).waitFor()
      equal(new URL(ada.page.url()).pathname, '/tandem/', 'address of the landing page')
    } finally {
      await below.stop()
    }
  },

  async 'server killed and restarted while both type'(_base, room, server) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await bo.focus()
    const typing = Promise.all([
      ada.type('a'.repeat(LETTERS), 40),
      bo.type('b'.repeat(LETTERS), 40),
    ])
    await sleep(1_500)
    await server.kill()
    await sleep(1_500)
    await server.start()
    await typing
    await ada.status(/^(Saved|Live)$/)
    await bo.status(/^(Saved|Live)$/)
    const text = await room.converged()
    equal(count(text, 'a'), LETTERS, 'letters of Ada')
    equal(count(text, 'b'), LETTERS, 'letters of Bo')
    equal(text.length, 2 * LETTERS, 'nothing doubled')
  },

  async 'what was shown as saved survives kill and restart'(_base, room, server) {
    const [ada] = await room.gather('Ada')
    await ada.type('kept = True')
    await ada.status(/^(Saved|Live)$/)
    await server.kill()
    await server.start()
    const bo = await room.person('Bo')
    await bo.page.goto(`${room.base}/r/${room.id}`)
    await bo.ready()
    await bo.reads('kept = True')
  },

  async 'offline says so, keeps edits, and merges them later'(_base, room, server) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await ada.type('base')
    await bo.reads('base')
    // Others see it before it is stored.
    await ada.status(/^Saved$/)
    await server.kill()
    await ada.status(/^Offline$/)
    await ada.press('Control+End')
    await ada.type('A1')
    await ada.status(/^Offline, \d+ edits waiting$/)
    await ada.page.getByText(/Keep typing. Your edits are kept here/).waitFor()
    await room.shoot('offline')
    await bo.press('Control+Home')
    await bo.type('B1')
    await server.start()
    await ada.status(/^(Saved|Live)$/)
    equal(await room.converged(), 'B1baseA1', 'merged')
  },

  async 'the bar comes and goes, and no line moves'(_base, room, server) {
    const [ada] = await room.gather('Ada')
    const lines = Array.from({ length: 120 }, (_, i) => `line = ${i + 1}`)
    await ada.page.keyboard.insertText(lines.join('\n'))
    await ada.status(/^Saved$/)
    const still = async (where, ...keys) => {
      await ada.press(...keys)
      await sleep(200)
      const line = await ada.page.evaluate(watchMiddleLine)
      const height = await outage(ada, server)
      const places = await watched(ada)
      equal(places.length, 1, `${where}, a bar of ${height} px: ${line} stood at ${places}`)
      return height
    }
    equal(await still('at the start', 'Control+Home'), 32, 'height of the bar')
    await still('in the middle', ...Array(59).fill('ArrowDown'))
    // Here there is no line below to scroll to.
    await still('at the end', 'Control+End')
    await ada.press('Alt+Shift+h')
    await ada.page.locator('section[aria-label="History"] .view-line').first().waitFor()
    await still('in the past')
    await ada.page.getByRole('button', { name: 'Back to the text' }).click()
    // The bar has more lines here than the space above the text: scrolled, it stays all the same.
    await ada.page.setViewportSize({ width: 390, height: 780 })
    await ada.focus()
    const high = await still('in a narrow window', ...Array(60).fill('ArrowUp'))
    equal(high > 32, true, `a bar of more than one line: ${high}`)
  },

  async 'what nobody opened yet opens without the server'(_base, room, server) {
    const [ada] = await room.gather('Ada')
    await ada.type('x = 1')
    await ada.status(/^Saved$/)
    const isHere = (part) =>
      ada.page.evaluate(
        (word) => performance.getEntriesByType('resource').some(({ name }) => name.includes(word)),
        part,
      )
    await until('the part with the past', () => isHere('HistoryPane'))
    // The zip was asked for at the same moment.
    await sleep(500)
    await server.kill()
    await ada.status(/^Offline$/)
    await ada.press('Control+,')
    await ada.page.getByRole('dialog', { name: 'Settings' }).waitFor()
    await ada.press('Escape')
    await ada.command('This room')
    await ada.page.getByRole('dialog', { name: 'This room' }).waitFor()
    await ada.press('Escape')
    const download = ada.page.waitForEvent('download')
    await ada.page.getByRole('button', { name: 'Download all files' }).click()
    equal(/\.zip$/.test((await download).suggestedFilename()), true, 'the zip')
    await ada.press('Alt+Shift+h')
    await ada.page.getByText(/^Not all of the history could be fetched/).waitFor()
  },

  async 'what could not be fetched ahead is fetched when it is asked for'(base, room) {
    const ada = await room.person('Ada', { serviceWorkers: 'block' })
    let refused = 0
    const refuse = (route) => {
      refused += 1
      return route.abort()
    }
    const parts = /assets\/HistoryPane-/
    await ada.page.route(parts, refuse)
    await ada.page.goto(base)
    await ada.page.getByRole('button', { name: 'New room' }).click()
    await ada.ready()
    await until('refused', async () => refused > 0)
    await sleep(300)
    await ada.page.unroute(parts, refuse)
    await ada.type('x')
    await ada.status(/^Saved$/)
    await ada.press('Alt+Shift+h')
    const written = ada.page.locator('section[aria-label="History"] .past-written')
    await written.waitFor()
    const paint = await written.evaluate((node) => getComputedStyle(node).backgroundColor)
    equal(paint === 'rgba(0, 0, 0, 0)', false, `how what was written is marked: ${paint}`)
  },

  async 'a reload without the server keeps the text'(_base, room, server) {
    const [ada] = await room.gather('Ada')
    await ada.type('safe = 1')
    await ada.status(/^(Saved|Live)$/)
    // The page hands its files to the service worker a second after they are loaded.
    await sleep(3_000)
    await server.kill()
    await ada.status(/^Offline$/)
    await ada.press('Control+End')
    await ada.type('23')
    await sleep(300)
    equal(ada.dialogs.length, 0, 'dialogs before leaving')
    await ada.page.reload()
    equal(ada.dialogs.join(), 'beforeunload', 'asked before leaving with edits that wait')
    await ada.page.waitForSelector('.monaco-editor .view-lines')
    await ada.reads('safe = 123')
    await ada.status(/^Offline, 2 edits waiting$/)
    await server.start()
    await ada.status(/^(Saved|Live)$/)
    equal(await room.converged(), 'safe = 123', 'merged')
  },
}
