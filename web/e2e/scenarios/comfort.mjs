// Palette, keys, settings, panes: what one person sets up for oneself.
import { equal, until } from '../room.mjs'

const fontSize = (person) =>
  person.page.evaluate(() => getComputedStyle(document.querySelector('.view-lines')).fontSize)
const width = (person, selector) =>
  person.page.evaluate(
    (css) => document.querySelector(css)?.getBoundingClientRect().width,
    selector,
  )

export const comfort = {
  async 'the palette finds and runs, the sheet shows the keys'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.type('b = 2\na = 1')
    await ada.press('F1')
    const palette = ada.page.getByRole('dialog', { name: 'Commands' })
    await palette.waitFor()
    await ada.type('larg')
    await ada.press('Enter')
    await until('larger', async () => (await fontSize(ada)) === '15px' || fontSize(ada))
    // The editor has the focus again, and its own commands are in the same list.
    await ada.press('Control+a', 'Control+Shift+p')
    await palette.waitFor()
    await ada.type('sort asc')
    await ada.press('Enter')
    await ada.reads('a = 1\nb = 2')
    equal(await palette.count(), 0, 'palette is gone')
    // What is there is of use: nothing for who develops editors, nothing twice, nobody to bring.
    const listed = async (words) => {
      await ada.press('F1')
      await palette.waitFor()
      await ada.type(words)
      const found = await palette.getByRole('option').allTextContents()
      await ada.press('Escape')
      // A dialog that was closed is still there for a moment, and says so only after that.
      await ada.page.locator('dialog').waitFor({ state: 'detached' })
      return found.join('|')
    }
    for (const words of [
      'developer',
      'problem',
      'gpu',
      'hover',
      'bring everyone',
      'high contrast',
    ]) {
      equal(await listed(words), '', `commands of ${words}`)
    }
    equal((await listed('ask about')).split('|').length, 1, 'one of each')
    for (const words of [
      'find and',
      'go to a line',
      'snake',
      'comment',
      'new line',
      'suggest what',
    ]) {
      equal((await listed(words)) !== '', true, `commands of ${words}`)
    }
    // The editor's own entry leads to the same palette.
    await ada.page.locator('.monaco-editor .view-lines').click({ button: 'right' })
    // Monaco takes no click on a menu that has just come up: it may belong to the click before.
    await ada.page.waitForTimeout(500)
    await ada.page.getByText('Command Palette').click()
    await palette.waitFor()
    await ada.press('Escape')
    // A question mark in the text is a question mark.
    await ada.press('Control+End')
    await ada.type('?')
    await ada.reads('a = 1\nb = 2?')
    await ada.page.getByRole('button', { name: 'Commands' }).focus()
    await ada.page.keyboard.press('?')
    await ada.page.getByRole('dialog', { name: 'Keys' }).getByText('Bring everyone to me').waitFor()
    await ada.press('Escape')
  },

  async 'settings show at once and are remembered, Vim keys too'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.type('one two')
    await ada.press('Control+,')
    const dialog = ada.page.getByRole('dialog', { name: 'Settings' })
    for (let i = 0; i < 4; i += 1) await dialog.getByRole('button', { name: 'Larger' }).click()
    await dialog.getByLabel('Show the minimap').check()
    await dialog.getByLabel('Vim keys').check()
    await dialog.getByLabel('Theme').selectOption('hc-light')
    await until('size', async () => (await fontSize(ada)) === '18px' || fontSize(ada))
    await ada.press('Escape')
    await ada.page.getByText('--NORMAL--').waitFor()
    await ada.page.reload()
    await ada.ready()
    await ada.page.getByText('--NORMAL--').waitFor()
    equal(await fontSize(ada), '18px', 'size after a reload')
    equal(
      await ada.page.evaluate(() => document.documentElement.dataset.theme),
      'hc-light',
      'theme',
    )
    equal(await ada.page.locator('.minimap canvas').first().isVisible(), true, 'minimap')
    // 0 x deletes the first letter, u brings it back: through the undo that is one's own.
    await ada.focus()
    await ada.press('Escape', '0', 'x')
    await ada.reads('ne two')
    await ada.press('u')
    await ada.reads('one two')
  },

  async 'panes are resized by pointer and keys, hidden, and remembered'(_base, room) {
    const [ada] = await room.gather('Ada')
    const panel = () => width(ada, '[data-region="right"]')
    const files = () => width(ada, '[data-region="left"]')
    const line = ada.page.getByRole('separator', { name: 'Width of the side panel' })
    equal(await panel(), 264, 'panel at first')
    const box = await line.boundingBox()
    await ada.page.mouse.move(box.x + 0.5, 300)
    await ada.page.mouse.down()
    await ada.page.mouse.move(box.x - 60, 300, { steps: 4 })
    await ada.page.mouse.up()
    await until('dragged', async () => Math.abs((await panel()) - 324) < 2 || panel())
    await line.focus()
    await ada.press('ArrowRight', 'ArrowRight')
    await until('by keys', async () => Math.abs((await panel()) - 292) < 2 || panel())
    equal(await line.getAttribute('aria-valuenow'), String(Math.round(await panel())), 'told value')
    await ada.page.getByRole('separator', { name: 'Width of the files' }).focus()
    await ada.press('End')
    await until('widest', async () => (await files()) === 420 || files())
    await ada.press('Alt+Shift+e')
    await until('hidden', async () => (await files()) === undefined)
    await ada.page.waitForTimeout(400)
    await ada.page.reload()
    await ada.ready()
    equal(Math.abs((await panel()) - 292) < 2, true, 'panel after a reload')
    equal(await files(), undefined, 'files after a reload')
  },
}
