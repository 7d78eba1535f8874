// What usually breaks when two people edit: cursors, scrolling, input methods, undo.
import { Client } from '../../../tests/blackbox/client.mjs'
import { equal, until } from '../room.mjs'

const count = (text, letter) => [...text].filter((each) => each === letter).length

/** The same dice at every run, so that a failure can be seen again. */
function dice(seed) {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >> 8) % sides
  }
}

export const editing = {
  // A thousand longer ones run in lab/, in one page; this one goes through the real server.
  async 'undo torture leaves the letters of the other alone'(_base, room) {
    const people = await room.gather('Ada', 'Bo')
    const letters = ['a', 'b']
    const roll = dice(20)
    for (const person of people) await person.focus()
    let text = ''
    for (let step = 0; step < 24; step += 1) {
      const who = roll(2)
      const person = people[who]
      const before = count(text, letters[1 - who])
      const act = roll(6)
      if (act < 2) await person.type(letters[who].repeat(1 + roll(4)), 5)
      else if (act === 2) await person.press('Home', ...Array(roll(5)).fill('ArrowRight'))
      else if (act < 5) await person.press('Control+z')
      else await person.press('Control+Shift+z')
      // The screen is painted a frame later than the text changes.
      await person.page.waitForTimeout(120)
      await until('both agree', async () => {
        const [one, two] = await Promise.all(people.map((each) => each.text()))
        text = one ?? ''
        return one === two || [one, two]
      })
      equal(count(text, letters[1 - who]), before, `letters of the other after step ${step}`)
    }
    await room.converged()
  },

  async 'three cursors stay three when another person types above'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await ada.page.keyboard.insertText('one\ntwo\nsix')
    await bo.reads('one\ntwo\nsix')
    await ada.press('Control+Home', 'Shift+Alt+ArrowDown', 'Shift+Alt+ArrowDown')
    const carets = () => ada.page.locator('.monaco-editor .cursors-layer > .cursor').count()
    await until('three cursors', async () => (await carets()) === 3 || carets())
    await until('shown to Bo', async () => (await bo.page.locator('.remote-caret').count()) === 3)
    await bo.focus()
    await bo.press('Control+Home')
    await bo.type('# ')
    await ada.reads('# one\ntwo\nsix')
    await ada.type('X')
    // The first of them stood where Bo wrote, and stays before it.
    equal(await room.converged(), 'X# one\nXtwo\nXsix', 'typed at all three')
  },

  async 'the view stays when lines are added above it'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    const lines = Array.from({ length: 120 }, (_, i) => `n${i}`)
    await ada.page.keyboard.insertText(lines.join('\n'))
    await ada.press('Control+End')
    await until('arrived', async () => (await bo.text()).includes('n1'))
    const top = async () => {
      return ada.page.evaluate(() => {
        const edge = document.querySelector('.monaco-editor')?.getBoundingClientRect().top ?? 0
        const seen = [...document.querySelectorAll('.view-lines > .view-line')]
          .map((line) => [line.getBoundingClientRect().top - edge, line.textContent])
          .filter(([y]) => Number(y) >= 0)
          .sort((a, b) => Number(a[0]) - Number(b[0]))
        return seen[0]?.join(' ')
      })
    }
    const before = await top()
    await bo.focus()
    await bo.press('Control+Home')
    await bo.page.keyboard.insertText('# a\n# b\n# c\n')
    const number = () => ada.page.getByText(/^Ln 123, /).count()
    await until(
      'lines arrived',
      async () =>
        (await ada.page.locator('.line-numbers', { hasText: /^123$/ }).count()) > 0 || number(),
    )
    equal(await top(), before, 'first line in view')
  },

  async 'composing with an input method while another person types'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await ada.type('abc')
    await bo.reads('abc')
    const input = await ada.page.context().newCDPSession(ada.page)
    const compose = (text) =>
      input.send('Input.imeSetComposition', {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      })
    await compose('に')
    await bo.press('Control+Home')
    await bo.type('ZZ')
    await compose('にほ')
    equal(await bo.text(), 'ZZabc', 'no half syllables are seen')
    await input.send('Input.insertText', { text: '日本' })
    await bo.reads('ZZabc日本')
    equal(await room.converged(), 'ZZabc日本', 'both texts')
  },

  async 'a word that is composed for long holds while another types in its line and above'(
    _b,
    room,
  ) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await ada.page.keyboard.insertText('top\none two')
    await bo.reads('top\none two')
    const input = await ada.page.context().newCDPSession(ada.page)
    const compose = (text) =>
      input.send('Input.imeSetComposition', {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      })
    await compose('に')
    await compose('にほ')
    await bo.focus()
    await bo.press('Control+Home')
    await bo.type('AAA\n')
    // Other lines are seen at once; after some seconds Bo sees the half word.
    await ada.reads('AAA\ntop\none twoにほ')
    await bo.reads('AAA\ntop\none twoにほ')
    await bo.press('ArrowDown', 'Home')
    await bo.type('BBB ')
    await bo.press('End')
    await bo.type('!')
    await compose('にほん')
    await compose('日本')
    await input.send('Input.insertText', { text: '日本' })
    equal(await room.converged(), 'AAA\ntop\nBBB one two日本!', 'both texts')
    await ada.type('?')
    equal(await room.converged(), 'AAA\ntop\nBBB one two日本?!', 'typed on')
  },

  async 'the Enter that takes a composed word is no command in a field'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.page
      .getByRole('navigation', { name: 'Files' })
      .getByRole('button', { name: 'New file' })
      .click()
    const field = ada.page.getByLabel('Name of the new file')
    await field.focus()
    const input = await ada.page.context().newCDPSession(ada.page)
    await input.send('Input.imeSetComposition', {
      text: 'にほ',
      selectionStart: 2,
      selectionEnd: 2,
    })
    const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 }
    await input.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter })
    await input.send('Input.insertText', { text: '日本' })
    await input.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter })
    equal(await field.inputValue(), '日本', 'the field')
    await ada.press('Enter')
    await until('taken', async () => (await field.count()) === 0)
  },

  async 'what editors do not show shifts nothing, asks nobody, and goes'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    const stranger = await new Client(
      { ws: `${room.base.replace('http', 'ws')}/ws` },
      room.id,
    ).join()
    stranger.text.insert(0, '\ufeffone\r\ntwo\u2028x\n')
    stranger.text.insertEmbed(3, { image: 'x' })
    await ada.reads('one\ntwo\ufffdx\n')
    await ada.focus()
    await ada.press('Control+Home', 'End')
    await ada.type('X')
    await bo.focus()
    await bo.press('Control+End')
    await bo.type('Y')
    await until('clean', async () => {
      const text = await (await fetch(`${room.base}/rooms/${room.id}/code`)).text()
      return text === 'oneX\ntwo\u2028x\nY' || text
    })
    for (const person of [ada, bo]) await person.reads('oneX\ntwo\ufffdx\nY')
    await stranger.leave()
  },

  async 'a colour is none in a comment'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.focus()
    await ada.page.keyboard.insertText('x = 1  #add\ny = "#bad"')
    await ada.page.waitForTimeout(1_500)
    equal(await ada.page.locator('.colorpicker-color-decoration').count(), 0, 'swatches')
  },

  async "Vim: r takes a whole emoji; . repeats only one's own keys"(_base, room) {
    const ada = await room.person('Ada')
    await ada.page.addInitScript(() => {
      localStorage.setItem('tandem.settings', JSON.stringify({ vim: true }))
    })
    const [bo] = await room.gather('Bo')
    await ada.page.goto(bo.page.url())
    await ada.ready()
    await ada.page.getByText('--NORMAL--').waitFor()
    await bo.focus()
    await bo.page.keyboard.insertText('a😀b😀c')
    await ada.reads('a😀b😀c')
    await ada.focus()
    await ada.press('Escape')
    await ada.type('0lrZ', 60)
    await ada.reads('aZb😀c')
    await ada.type('lv$rY', 60)
    await ada.reads('aZYYY')
    await ada.type('0iq', 60)
    await bo.press('End')
    await bo.page.keyboard.insertText(' bo')
    await ada.reads('qaZYYY bo')
    await ada.type('w', 60)
    await ada.press('Escape')
    await ada.type('$.', 60)
    equal(await room.converged([ada, bo]), 'qwaZYYY bqwo', 'after .')
  },

  async 'suggestions stay open when another person types above'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await ada.type('x')
    await ada.press('Escape', 'Enter')
    await ada.type('whi', 60)
    await ada.page.waitForSelector('.suggest-widget.visible')
    await bo.focus()
    await bo.press('Control+Home')
    await bo.page.keyboard.insertText('# hi\n')
    await ada.reads('# hi\nx\nwhi')
    await ada.page.waitForSelector('.suggest-widget.visible')
  },
}
