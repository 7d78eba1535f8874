// The server goes away and comes back. These need a server the runner may kill.
import { setTimeout as sleep } from 'node:timers/promises'
import { equal } from '../room.mjs'

const LETTERS = 120
const count = (text, letter) => [...text].filter((each) => each === letter).length

export const outages = {
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
