// For those who do not see the whole page: keys, names, what is read out, 400 %.
import { equal, until } from '../room.mjs'

const focus = (person) =>
  person.page.evaluate(() => {
    const at = document.activeElement
    return {
      role: at?.getAttribute('role') ?? at?.tagName.toLowerCase() ?? '',
      name: at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? '',
      region: at?.closest('[data-region]')?.getAttribute('data-region') ?? '',
      editor: at?.closest('.monaco-editor') != null,
    }
  })

/** Collects all that the live region says. */
const listen = (person) =>
  person.page.evaluate(() => {
    window.heard = []
    new MutationObserver(() => {
      const text = document.querySelector('[data-testid="announcements"]')?.textContent
      if (text) window.heard.push(text)
    }).observe(document.querySelector('[data-testid="announcements"]'), {
      childList: true,
      subtree: true,
      characterData: true,
    })
  })
const heard = (person) => person.page.evaluate(() => window.heard.join(' | '))
const hears = (person, words) =>
  until(`hears ${words}`, async () => (await heard(person)).includes(words) || heard(person))

const part = (person, selector) =>
  person.page.evaluate((css) => {
    const box = document.querySelector(css)?.getBoundingClientRect()
    return box ? Math.round((100 * box.height) / innerHeight) : 0
  }, selector)

export const senses = {
  async 'senses: keys lead into panes and never onto a splitter; the first Tab skips to the code'(
    _base,
    room,
  ) {
    const [ada] = await room.gather('Ada')
    await ada.type('x = 1')
    // Round the page: each stop is something to work with.
    const stops = []
    for (let i = 0; i < 4; i += 1) {
      await ada.press('F6')
      const { role, region } = await focus(ada)
      stops.push(`${region}:${role === 'separator' ? 'splitter' : 'ok'}`)
    }
    equal(stops.join(' '), 'right:ok toolbar:ok left:ok editor:ok', 'stops of F6')
    // Out of the text by Tab: into the panel; backwards: among the tabs of the files.
    await ada.press('Control+m', 'Tab')
    let at = await focus(ada)
    equal(`${at.region} ${at.role}`, 'right tab', 'forwards')
    await ada.focus()
    await ada.press('Shift+Tab')
    at = await focus(ada)
    equal(at.editor || at.role === 'separator', false, `backwards: ${at.role} ${at.name}`)
    await ada.press('Control+m')
    await ada.page.reload()
    await ada.ready()
    // Before the first thing of the page there is only this.
    await ada.page.getByRole('link', { name: 'Tandem, home' }).focus()
    await ada.press('Shift+Tab')
    equal((await focus(ada)).name, 'Skip to the code', 'first stop')
    await ada.press('Enter')
    equal((await focus(ada)).editor, true, 'skipped')
  },

  async 'senses: text and main are named after the file, a switch and a note are read out once'(
    _base,
    room,
  ) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    equal(
      await ada.page
        .locator('[aria-live]:not([aria-live=off], .monaco-editor *, .monaco-aria-container *)')
        .count(),
      1,
      'live regions',
    )
    await ada.page.getByRole('main', { name: 'Code of main.py' }).waitFor()
    const named = (name) =>
      ada.page.locator(
        `.monaco-editor [role="textbox"][aria-label^="${name}"], .monaco-editor textarea[aria-label^="${name}"]`,
      )
    await named('main.py, code of the room').waitFor({ state: 'attached' })
    await listen(ada)
    await ada.page.getByRole('button', { name: 'New file' }).click()
    await ada.page.getByLabel('Name of the new file').fill('b.py')
    await ada.press('Enter')
    await ada.reads('')
    await named('b.py, code of the room').waitFor({ state: 'attached' })
    await ada.page.getByRole('main', { name: 'Code of b.py' }).waitFor()
    await hears(ada, 'b.py is open.')
    await bo.press('Control+Shift+y')
    await bo.page.getByLabel('Message', { exact: true }).fill('hello')
    await bo.press('Enter')
    await hears(ada, 'Bo: hello')
    equal((await heard(ada)).split('b.py is open.').length, 2, 'said once')
  },

  async 'senses: who is on my line is said, to whom wants to hear it'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.page.keyboard.insertText('one\ntwo\nthree')
    await bo.reads('one\ntwo\nthree')
    await listen(ada)
    await bo.focus()
    await bo.press('Control+End')
    await ada.page.waitForTimeout(800)
    equal((await heard(ada)).includes('your line'), false, 'not asked for')
    await bo.press('Control+Home')
    await ada.press('Control+,')
    await ada.page.getByLabel('Say who is on my line').check()
    await ada.press('Escape')
    await ada.focus()
    await ada.press('Control+End')
    await bo.press('Control+End')
    await hears(ada, 'Bo is on your line.')
  },

  async 'senses: at 400 % the text and the history keep half of the screen'(_base, room) {
    const [ada] = await room.gather(['Ada', { viewport: { width: 320, height: 256 } }])
    await ada.page.keyboard.insertText('one = 1\ntwo = 2\n')
    await ada.status(/^Saved$/)
    const text = await part(ada, '.monaco-editor')
    equal(text >= 50, true, `text: ${text} %`)
    await room.shoot('zoomed')
    await ada.press('Alt+Shift+h')
    await ada.page.getByRole('slider', { name: 'Moment' }).waitFor()
    await until('history', async () => {
      const shown = await part(ada, 'section[aria-label="History"] .monaco-editor')
      return shown >= 50 || shown
    })
    await room.shoot('zoomed-history')
    const overflow = await ada.page.evaluate(
      () => document.documentElement.scrollWidth - innerWidth,
    )
    equal(overflow > 0, false, 'scrolls sideways')
  },
}
