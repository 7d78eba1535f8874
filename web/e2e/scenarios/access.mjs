// For everyone: axe finds nothing, and the keyboard alone is enough.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { equal, until } from '../room.mjs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function audit(person, what) {
  await person.page.evaluate(AXE)
  const found = await person.page.evaluate(async () => {
    // Monaco's own widgets are Monaco's; our frame around them is ours.
    const { violations } = await window.axe.run({
      exclude: ['.monaco-editor', '.monaco-aria-container'],
    })
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
    )
  })
  equal(found.join('\n'), '', `axe on ${what}`)
}

async function setTheme(person, theme) {
  await person.page.evaluate((value) => localStorage.setItem('tandem.theme', value), theme)
  await person.page.reload()
}

export const access = {
  async 'axe finds nothing on landing and room, in all themes'(base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.type('x = 1')
    await bo.reads('x = 1')
    await bo.page
      .getByRole('complementary', { name: 'People' })
      .getByRole('button', { name: /^Ada/ })
      .click()
    await bo.page.getByText('Following Ada').waitFor()
    for (const theme of ['dark', 'light', 'hc-dark', 'hc-light']) {
      await setTheme(ada, theme)
      await ada.ready()
      await audit(ada, `room, ${theme}`)
    }
    await audit(bo, 'room, following')
    await ada.press('F1')
    await ada.page.getByRole('dialog', { name: 'Commands' }).waitFor()
    await audit(ada, 'palette')
    await ada.press('Escape', 'Control+,')
    await ada.page.getByRole('dialog', { name: 'Settings' }).waitFor()
    await audit(ada, 'settings')
    await ada.press('Escape')
    await ada.command('This room')
    await ada.page.getByRole('dialog', { name: 'This room' }).waitFor()
    await audit(ada, 'room dialog')
    await ada.press('Escape')
    await ada.page.setViewportSize({ width: 390, height: 780 })
    await ada.page.getByRole('tab', { name: 'Files' }).click()
    await audit(ada, 'narrow room')
    await ada.page.goto(base)
    for (const theme of ['dark', 'light']) {
      await setTheme(ada, theme)
      await ada.page.getByRole('button', { name: 'New room' }).waitFor()
      await audit(ada, `landing, ${theme}`)
    }
  },

  async 'axe finds nothing on chat and history, in both themes'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.focus()
    await ada.type('x = 1')
    await ada.status(/^Saved$/)
    for (const theme of ['dark', 'light']) {
      await setTheme(ada, theme)
      await ada.ready()
      await ada.press('Control+Shift+Y')
      await ada.page
        .getByLabel('Message', { exact: true })
        .fill('see #L1, `x` and https://a.example')
      await ada.press('Enter')
      await ada.page.getByRole('button', { name: 'main.py:1' }).first().waitFor()
      await audit(ada, `chat, ${theme}`)
      await ada.press('Alt+Shift+H')
      await ada.page.getByRole('slider', { name: 'Moment' }).waitFor()
      await ada.page.getByLabel('Name for this moment').fill(`in ${theme}`)
      await ada.press('Enter')
      await ada.page.getByRole('button', { name: `in ${theme}` }).waitFor()
      await audit(ada, `history, ${theme}`)
    }
  },

  async 'the keyboard alone: make a room, type, follow, chat, history, add a file'(base, room) {
    const ada = await room.person('Ada')
    await ada.page.goto(base)
    await ada.page.getByRole('button', { name: 'New room' }).waitFor()
    const on = (name) =>
      ada.page.evaluate(
        (wanted) => document.activeElement?.textContent?.trim().startsWith(wanted) === true,
        name,
      )
    const tabTo = async (name) => {
      for (let i = 0; i < 30; i += 1) {
        await ada.press('Tab')
        if (await on(name)) return
      }
      throw new Error(`Tab never reaches ${name}`)
    }
    await tabTo('New room')
    await ada.press('Enter')
    await ada.page.waitForURL(/\/r\/.+/)
    room.id = new URL(ada.page.url()).pathname.split('/').pop()
    await ada.ready()
    await ada.type('by_keys = True')
    const [bo] = await room.gather('Bo')
    await bo.reads('by_keys = True')
    // F6 goes round the parts of the page; Tab goes on inside.
    await ada.press('F6')
    await until('People have the focus', async () =>
      ada.page.evaluate(() => document.activeElement?.closest('[data-region="right"]') !== null),
    )
    for (let i = 0; i < 5 && !(await on('Bo')); i += 1) await ada.press('Tab')
    await ada.press('Enter')
    await ada.page.getByText('Following Bo').waitFor()
    await ada.press('Control+Shift+Y')
    await until('the message has the focus', async () =>
      ada.page.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'Message'),
    )
    await ada.type('hello Bo')
    await ada.press('Enter')
    await ada.page.locator('section[aria-label="Chat"] ol').getByText('hello Bo').waitFor()
    await ada.press('Alt+Shift+H')
    await ada.page.getByRole('slider', { name: 'Moment' }).waitFor()
    await until('the slider has the focus', async () =>
      ada.page.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'Moment'),
    )
    await ada.press('Home')
    await ada.press('Escape')
    await ada.page.getByRole('slider', { name: 'Moment' }).waitFor({ state: 'detached' })
    equal(
      await ada.page.evaluate(() => document.activeElement?.closest('.monaco-editor') !== null),
      true,
      'Escape goes back to the text',
    )
    await ada.press('Alt+Shift+n')
    await ada.page.getByLabel('Name of the new file').waitFor()
    await ada.type('keys.py')
    await ada.press('Enter')
    await ada.reads('')
    await ada.type('typed')
    await ada.reads('typed')
    equal(await ada.page.getByText('Following Bo').count(), 0, 'opening a file ends following')
    // Out of the editor without a trap.
    await ada.press('Control+m', 'Tab')
    equal(
      await ada.page.evaluate(() => document.activeElement?.closest('.monaco-editor') === null),
      true,
      'Tab leaves the text',
    )
  },
}
