// In one hand: upright and on its side, typed on glass.
import { equal, until } from '../room.mjs'

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const ON_ITS_SIDE = { width: 844, height: 390 }

const inside = (locator) =>
  locator.evaluate((node) => {
    const box = node.getBoundingClientRect()
    return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight
  })

export const phone = {
  async 'phone: lines wrap, and the keys over the keyboard write and take back'(_base, room) {
    const [ada] = await room.gather(['Ada', PHONE])
    const bar = ada.page.getByRole('toolbar', { name: 'Keys' })
    const tap = (name) => bar.getByRole('button', { name, exact: true }).tap()
    await ada.page.locator('.monaco-editor .view-lines').first().tap()
    await bar.waitFor()
    await ada.page.keyboard.insertText('if x')
    await tap('Colon')
    await ada.reads('if x:')
    // The text still has the keys, so the keyboard stays.
    await ada.press('Enter')
    await ada.page.keyboard.insertText('f')
    await tap('Opening parenthesis')
    await ada.reads('if x:\n    f()')
    await tap('Opening bracket')
    await ada.reads('if x:\n    f([])')
    await tap('Undo')
    // How much is one step depends on how quickly it was written.
    await until('taken back', async () => (await ada.text()) !== 'if x:\n    f([])')
    await ada.press('Control+Shift+z')
    await ada.reads('if x:\n    f([])')
    await ada.press('Control+End')
    const before = await ada.text()
    await tap('Outdent')
    await until(
      'outdented',
      async () => (await ada.text()) === before.replace('    ', '') || ada.text(),
    )
    await tap('Tab')
    await until('indented', async () => (await ada.text()) !== before.replace('    ', ''))
    await ada.press('Control+a')
    await ada.page.keyboard.insertText(`${'word '.repeat(30)}end`)
    const wide = await ada.page.evaluate(() => {
      const lines = document.querySelectorAll('.monaco-editor .view-line').length
      return { lines, overflow: document.documentElement.scrollWidth - innerWidth }
    })
    equal(wide.lines > 3, true, `rows of one long line: ${wide.lines}`)
    equal(wide.overflow > 0, false, 'scrolls sideways')
    await room.shoot('phone-typing')
    await ada.page.setViewportSize(ON_ITS_SIDE)
    await room.shoot('phone-side')
    const rows = await ada.page.evaluate(
      () => document.querySelector('.monaco-editor')?.getBoundingClientRect().height,
    )
    equal(rows > 140, true, `text on its side: ${rows} px`)
  },

  async 'phone: a message is sent by a button, a badge and the history are inside the screen'(
    _base,
    room,
  ) {
    const [ada, bo] = await room.gather(['Ada', PHONE], ['Bo', PHONE])
    await bo.page.getByRole('tab', { name: 'Chat' }).tap()
    await bo.page.getByLabel('Message', { exact: true }).fill('hello there')
    await bo.page.getByRole('button', { name: 'Send', exact: true }).tap()
    await bo.page.locator('section[aria-label="Chat"] ol').getByText('hello there').waitFor()
    const tab = ada.page.getByRole('tab', { name: 'Chat' })
    const badge = tab.locator('[class*="badge"]')
    await badge.waitFor()
    equal(await inside(badge), true, 'the badge is on the screen')
    await room.shoot('phone-badge')
    await ada.page.locator('.monaco-editor .view-lines').first().tap()
    await ada.page.keyboard.insertText('x = 1')
    await ada.status(/^Saved$/)
    await ada.page.getByRole('button', { name: 'History' }).tap()
    for (const wanted of [
      ada.page.getByRole('slider', { name: 'Moment' }),
      ada.page.getByLabel('Name for this moment'),
      ada.page.getByRole('button', { name: 'Save this moment' }),
      ada.page.getByRole('button', { name: 'Back to the text' }),
    ]) {
      await wanted.waitFor()
      equal(await inside(wanted), true, 'history is on the screen')
    }
    // Its head is two rows: what moment it is, and what one can do with it.
    const head = await ada.page.evaluate(
      () => document.querySelector('section[aria-label="History"] header')?.offsetHeight,
    )
    equal(head <= 110, true, `head of the history: ${head} px`)
    await room.shoot('phone-history')
  },
}
