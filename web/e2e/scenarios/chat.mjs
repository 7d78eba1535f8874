// What people say: told, kept, counted, sent again.
import { equal, until } from '../room.mjs'

const chatTab = (person) => person.page.getByRole('tab', { name: /^Chat/ })
const said = (person) => person.page.locator('section[aria-label="Chat"] ol li')

async function say(person, text) {
  await person.page.getByLabel('Message', { exact: true }).fill(text)
  await person.page.keyboard.press('Enter')
}

const reads = (person, part) =>
  until('message', async () => {
    const texts = await said(person).allTextContents()
    return texts.some((text) => text.includes(part)) || texts
  })

export const chat = {
  'chat: both see it, the badge counts, a reload keeps it': async (_base, room) => {
    const [ada, bob] = await room.gather('Ada', 'Bob')
    await ada.page.keyboard.press('Control+Shift+Y')
    await say(ada, 'look at #L1 and `x = 1`')
    await reads(ada, 'look at')
    await until('badge', async () => {
      const label = await chatTab(bob).textContent()
      return /1 new/.test(label ?? '') || label
    })
    await chatTab(bob).click()
    await reads(bob, 'x = 1')
    await until('no badge', async () => !/new/.test((await chatTab(bob).textContent()) ?? ''))
    equal(await said(bob).locator('code').textContent(), 'x = 1', 'code')
    await say(bob, 'seen')
    await reads(ada, 'seen')
    await bob.page.reload()
    await bob.ready()
    await chatTab(bob).click()
    await reads(bob, 'look at')
    await reads(bob, 'seen')
  },

  'chat: a line that is named is gone to': async (_base, room) => {
    const [ada] = await room.gather('Ada')
    await ada.focus()
    await ada.type('one\ntwo\nthree')
    await ada.page.keyboard.press('Control+Shift+Y')
    await say(ada, 'see #L2')
    await ada.page.getByRole('button', { name: 'main.py:2' }).click()
    await ada.type('X')
    await ada.reads('one\nX\nthree')
  },

  'chat: what is said while the server is down is said when it is back': async (
    _b,
    room,
    server,
  ) => {
    const [ada, bob] = await room.gather('Ada', 'Bob')
    await ada.page.keyboard.press('Control+Shift+Y')
    await chatTab(bob).click()
    await server.kill()
    await ada.status(/Offline/)
    await say(ada, 'still here')
    await ada.page.getByText('Waiting for the connection').waitFor()
    await server.start()
    await reads(bob, 'still here')
    await reads(ada, 'still here')
    await until('once', async () => {
      const texts = await said(bob).allTextContents()
      return texts.filter((text) => text.includes('still here')).length === 1 || texts
    })
  },

  'chat: markup stays text': async (_base, room) => {
    const [ada, bob] = await room.gather('Ada', '<b>Bob</b>')
    await chatTab(ada).click()
    await bob.page.keyboard.press('Control+Shift+Y')
    await say(bob, '<img src=x onerror=alert(1)> <script>alert(1)</script>')
    await reads(ada, '<img src=x')
    equal(await said(ada).locator('img, script, b').count(), 0, 'elements')
  },
}
