// Browsers that do other than one thinks: pages that are translated, storage that fails, proxies that
// answer in the server's place.
import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { equal, Person, until } from '../room.mjs'

/** What a page translator does: each text becomes an element, also when it changes. */
function translate() {
  const turn = () => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = []
    while (walk.nextNode()) found.push(walk.currentNode)
    for (const text of found) {
      const parent = text.parentElement
      if (!parent || !text.data.trim() || parent.closest('font, script, style, textarea')) continue
      // As browsers read it, the nearest word counts.
      if (parent.closest('[translate]')?.getAttribute('translate') === 'no') continue
      const outer = document.createElement('font')
      const inner = document.createElement('font')
      inner.textContent = `«${text.data}»`
      outer.append(inner)
      text.replaceWith(outer)
    }
  }
  turn()
  const options = { childList: true, subtree: true, characterData: true }
  new MutationObserver(turn).observe(document.body, options)
}

const STORAGE = {
  'never answers': () => {
    IDBFactory.prototype.open = () => new EventTarget()
  },
  throws: () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('denied', 'SecurityError')
    }
  },
  'fails to open': () => {
    IDBFactory.prototype.open = () => {
      const failing = new EventTarget()
      setTimeout(() => {
        failing.error = new DOMException('no', 'UnknownError')
        failing.onerror?.({ target: failing, preventDefault() {} })
      }, 5)
      return failing
    }
  },
  'is full': () => {
    IDBObjectStore.prototype.add = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  },
  'is missing': () => Object.defineProperty(window, 'indexedDB', { get: () => undefined }),
}

/** A proxy before the server that can be told to answer by itself. */
async function startProxy(target) {
  const to = new URL(target)
  const proxy = { mode: 'pass', url: '' }
  const server = createServer((incoming, outgoing) => {
    if (proxy.mode === 'away') incoming.socket.destroy()
    else if (proxy.mode === 'login') {
      outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<title>Log in</title>Log in')
    } else {
      const { method, url: path, headers } = incoming
      const options = { host: to.hostname, port: to.port, method, path, headers }
      incoming.pipe(
        request(options, (answer) => {
          outgoing.writeHead(answer.statusCode, answer.headers)
          answer.pipe(outgoing)
        }).on('error', () => outgoing.destroy()),
      )
    }
  })
  server.on('upgrade', (incoming, socket, head) => {
    if (proxy.mode !== 'pass') {
      socket.destroy()
      return
    }
    const other = connect(Number(to.port), to.hostname, () => {
      const lines = [`GET ${incoming.url} HTTP/1.1`]
      for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
        lines.push(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}`)
      }
      other.write(`${lines.join('\r\n')}\r\n\r\n`)
      other.write(head)
      socket.pipe(other).pipe(socket)
    })
    for (const each of [socket, other]) each.on('error', () => socket.destroy() ?? other.destroy())
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  proxy.url = `http://127.0.0.1:${server.address().port}`
  proxy.close = () => {
    server.closeAllConnections()
    server.close()
  }
  return proxy
}

export const strangeBrowsers = {
  async 'strange: a page that is translated lives on, and its light tells the truth'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await ada.type('x = 1')
    await ada.status(/^Saved$/)
    await ada.page.evaluate(translate)
    await bo.focus()
    await bo.press('Control+End')
    await bo.type('23')
    await ada.reads('x = 123')
    await ada.press('Control+Home')
    await ada.type('# y ')
    await ada.status(/^Saved$/)
    equal(await bo.text(), '# y x = 123', 'the text of the other')
    // Dialogs and the history come and go; their prose may be translated.
    for (const key of ['F1', 'Control+,']) {
      await ada.press(key)
      await ada.page.locator('dialog[open]').waitFor()
      await ada.press('Escape')
      await ada.page.locator('dialog[open]').waitFor({ state: 'detached' })
    }
    await ada.press('Alt+Shift+h')
    const history = ada.page.getByRole('region', { name: 'History' })
    await history.waitFor()
    await history.getByRole('slider').focus()
    await ada.press('Home', 'End', 'Escape')
    await history.waitFor({ state: 'detached' })
    await bo.page.close()
    await until('Bo left', async () => (await ada.page.getByText(/Bo left/).count()) > 0)
    equal((await ada.page.getByText('«', { exact: false }).count()) >= 0, true, 'still there')
    const lines = await ada.text()
    equal(lines, '# y x = 123', 'the code is not translated')
  },

  async 'strange: a browser that keeps nothing says so once, and edits all the same'(base, room) {
    for (const [name, script] of Object.entries(STORAGE)) {
      const [ada] = await room.gather('Ada')
      await ada.focus()
      await ada.type('one')
      await ada.status(/^Saved$/)
      await ada.page.addInitScript(script)
      await ada.page.reload()
      await ada.ready()
      await ada.reads('one')
      await ada.focus()
      await ada.press('End')
      await ada.type('two')
      await ada.status(/^Saved$/)
      const stored = await (await fetch(`${base}/rooms/${room.id}/code`)).text()
      equal(stored, 'onetwo', `IndexedDB ${name}`)
      await ada.page.getByText('No copy in this browser').waitFor()
      await ada.page.context().close()
      room.id = ''
      room.people.pop()
    }
  },

  async 'strange: what a proxy answers is never kept as the application'(base, room) {
    const proxy = await startProxy(base)
    try {
      room.base = proxy.url
      const [ada] = await room.gather('Ada')
      await ada.focus()
      await ada.type('kept')
      await ada.status(/^Saved$/)
      // The worker has the page and its files.
      await ada.page.evaluate(async () => {
        await navigator.serviceWorker.ready
        while ((await (await caches.open('tandem-2')).keys()).length < 5) {
          await new Promise((done) => setTimeout(done, 100))
        }
      })
      proxy.mode = 'login'
      await ada.page.reload()
      await ada.page.getByText('Log in').waitFor()
      proxy.mode = 'away'
      await ada.page.goto(`${proxy.url}/r/${room.id}`)
      await ada.page.waitForSelector('.monaco-editor .view-lines')
      await ada.reads('kept')
      const again = new Person(ada.page)
      await again.status(/^Offline$/)
    } finally {
      proxy.close()
    }
  },
}
