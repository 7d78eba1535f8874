// Python typed as people type it: a finished word is never changed, and Enter always ends the line.
import { setTimeout as sleep } from 'node:timers/promises'
import { equal, until } from '../room.mjs'
import { realPython, typesExactly } from '../typist.mjs'

const LIST = '.suggest-widget.visible'
const PAUSE_MS = 80

/** What the list offers, the selected one with a star. */
const offered = (person) =>
  person.page.evaluate(
    (css) =>
      [...document.querySelectorAll(`${css} .monaco-list-row`)].map((row) => {
        const label = (row.getAttribute('aria-label') ?? '').split(',')[0]
        return row.classList.contains('focused') ? `*${label}` : label
      }),
    LIST,
  )

async function empty(person) {
  await person.focus()
  await person.press('Escape', 'Control+a', 'Delete')
  await person.reads('')
}

/** Keys as they are typed: `⏎` and `⇥` are Enter and Tab. */
async function keys(person, text) {
  for (const sign of text) {
    await person.page.keyboard.press({ '⏎': 'Enter', '⇥': 'Tab' }[sign] ?? sign)
    await sleep(PAUSE_MS)
  }
}

export const typing = {
  async 'typing: lines of real Python stay as they were typed'(base, room, _server, { seed }) {
    const [ada] = await room.gather('Ada')
    console.log(`      lines of seed ${seed}`)
    for (const lines of realPython(seed, 12))
      await typesExactly(ada, { base, id: room.id }, lines, 80)
    for (const lines of realPython(seed + 1, 5))
      await typesExactly(ada, { base, id: room.id }, lines, 150)
  },

  async 'typing: Enter ends a finished line, whatever is offered'(_base, room) {
    const [ada] = await room.gather('Ada')
    await empty(ada)
    const lines = [
      'import os',
      'from os import path',
      'total_count = 1',
      'total = total_count',
      'b = a',
      'q = w',
      'x = None',
      'break',
      'x = total',
      'y = le',
      'pass',
    ]
    // Each line as soon as its last letter, and again when the list has had its time.
    for (const pause of [0, 400]) {
      await empty(ada)
      for (const line of lines) {
        await ada.type(line, PAUSE_MS)
        await sleep(pause)
        await ada.press('Enter')
      }
      await ada.reads([...lines, ''].join('\n'))
    }
  },

  async 'typing: snippets and names come by their beginning'(_base, room) {
    const [ada] = await room.gather('Ada')
    const cases = [
      ['prin⏎7', 'print(7)'],
      ['prin⇥7', 'print(7)'],
      ['print⇥7', 'print(7)'],
      ['fo⏎', 'for item in items:\n    '],
      ['for⇥', 'for item in items:\n    '],
      ['whil⏎', 'while condition:\n    '],
      ['while⇥', 'while condition:\n    '],
      ['if⇥', 'if condition:\n    '],
      ['de⏎', 'def name():\n    '],
      ['def⇥', 'def name():\n    '],
      ['clas⇥', 'class Name:\n    def __init__(self):\n        '],
    ]
    for (const [typed, text] of cases) {
      await empty(ada)
      const [word, key, more] = typed.split(/([⏎⇥])/u)
      await keys(ada, word)
      // A whole name has no list; what is begun has one, soon.
      if (text.startsWith(word) && !/^\w+[\s(]/.test(text.slice(0, word.length + 1)))
        await ada.page.waitForSelector(LIST)
      await keys(ada, key + more)
      await ada.reads(text)
    }
    // What the arrow keys chose is taken, whatever was typed.
    await empty(ada)
    await keys(ada, 'import os⏎os.pa')
    await ada.page.waitForSelector(LIST)
    equal((await offered(ada)).join(' '), '*path PathLike', 'attributes are offered')
    await ada.press('ArrowDown', 'Enter')
    await ada.reads('import os\nos.PathLike')
    // Asked for, a list comes for a letter and for a whole name.
    await empty(ada)
    await keys(ada, 'print')
    await sleep(400)
    equal(await ada.page.locator(LIST).count(), 0, 'lists for a whole name')
    await ada.press('Control+Space')
    await ada.page.waitForSelector(`${LIST} .monaco-list-row`)
    await ada.press('Enter')
    await ada.reads('print()')
  },

  async 'typing: Shift+Tab and the stops of a snippet are not taken by the list'(_base, room) {
    const [ada] = await room.gather('Ada')
    await empty(ada)
    await keys(ada, 'if x:⏎')
    await keys(ada, 'els')
    await ada.page.waitForSelector(LIST)
    await ada.press('Shift+Tab')
    await ada.reads('if x:\nels')
    // `done` is whole, though `done_flag` is offered for it: Tab goes to the next stop.
    await empty(ada)
    await keys(ada, 'done_flag = done = 1⏎for⇥')
    await ada.reads('done_flag = done = 1\nfor item in items:\n    ')
    await keys(ada, 'x⇥done⇥pass')
    await ada.reads('done_flag = done = 1\nfor x in done:\n    pass')
  },

  async 'typing: on a German keyboard Ctrl+Shift+Z is redo, and AltGr writes'(_base, room) {
    const [ada] = await room.gather('Ada')
    await empty(ada)
    await ada.type('abc')
    const press = (key, code, held) =>
      ada.page.evaluate(
        (init) => {
          const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })
          return document.activeElement.dispatchEvent(event)
        },
        { key, code, ...held },
      )
    const onY = { keyCode: 90, which: 90, ctrlKey: true }
    await press('z', 'KeyY', onY)
    await ada.reads('')
    await press('Z', 'KeyY', { ...onY, shiftKey: true })
    await ada.reads('abc')
    equal(await ada.page.getByRole('tab', { name: 'Chat', selected: true }).count(), 0, 'chats')
    // Whether the page lets the letter through: nothing of ours has taken it.
    const altGr = { altKey: true, shiftKey: true, modifierAltGraph: true }
    equal(await press('Ł', 'KeyL', altGr), true, 'AltGr+Shift+L writes')
    equal(await press('H', 'KeyH', { altKey: true, shiftKey: true }), false, 'Alt+Shift+H is ours')
  },

  async 'typing: a file is indented as its text is, by whomever, and by the footer'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    const kind = (person) => person.page.locator('footer button').textContent()
    const stored = async () => (await fetch(`${room.base}/rooms/${room.id}/code`)).text()
    await empty(ada)
    equal(await kind(ada), 'Spaces: 4', 'an empty file')
    const tabbed = 'def f(x):\n\tif x:\n\t\treturn 1\n\treturn 0\n'
    await ada.page.evaluate((text) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', text)
      const init = { clipboardData, bubbles: true, cancelable: true }
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', init))
    }, tabbed)
    // At once: no pause between the paste and the line that follows it.
    await ada.press('Control+Home', 'ArrowDown', 'ArrowDown', 'End', 'Enter')
    await ada.type('z = 3')
    const wanted = tabbed.replace('return 1\n', 'return 1\n\t\tz = 3\n')
    await until('tabs', async () => (await stored()) === wanted || stored())
    // What others wrote decides as well.
    await until('told to Bo', async () => (await kind(bo)) === 'Tab' || kind(bo))
    await bo.focus()
    await bo.press('Control+Home', 'End', 'Enter')
    await bo.type('q = 1')
    const both = wanted.replace('(x):\n', '(x):\n\tq = 1\n')
    await until('tabs of Bo', async () => (await stored()) === both || stored())
    // The footer turns all lines, in one step that can be undone; by keyboard alone.
    await ada.page.locator('footer button').focus()
    await ada.press('Enter')
    const spaces = both.replaceAll('\t', '    ')
    await until('spaces', async () => (await stored()) === spaces || stored())
    await until('told to Bo', async () => (await kind(bo)) === 'Spaces: 4' || kind(bo))
    await ada.page.getByRole('button', { name: 'Undo' }).click()
    await until('undone', async () => (await stored()) === both || stored())
    await until('told', async () => (await kind(ada)) === 'Tab' || kind(ada))
  },

  async 'typing: attributes of what is known are offered'(_base, room) {
    const [ada] = await room.gather('Ada')
    await empty(ada)
    await keys(ada, 'import os⏎os.na')
    await until('os.name', async () => (await offered(ada)).includes('*name') || offered(ada))
    await empty(ada)
    await ada.page.keyboard.insertText(
      'class Box:\n    def __init__(self):\n        self.width = 1\n        ',
    )
    await keys(ada, 'self.wi')
    await until('self.width', async () => (await offered(ada)).includes('*width') || offered(ada))
  },

  async 'typing: the list stays as it is while another types in the same line'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await empty(ada)
    await keys(ada, 'prefix = price = 1⏎pri')
    await ada.page.waitForSelector(LIST)
    await ada.press('ArrowDown')
    const before = (await offered(ada)).join(' ')
    // Looks at each frame: the list must not go for one of them.
    await ada.page.evaluate((css) => {
      window.missing = 0
      const look = () => {
        if (!document.querySelector(css)) window.missing += 1
        requestAnimationFrame(look)
      }
      look()
    }, LIST)
    await bo.focus()
    await bo.press('Control+End', 'Home')
    await bo.type('xx = ', 60)
    await ada.reads('prefix = price = 1\nxx = pri')
    await bo.press('Control+Home')
    await bo.type('# above\n', 60)
    await ada.reads('# above\nprefix = price = 1\nxx = pri')
    equal((await offered(ada)).join(' '), before, 'the list')
    equal(await ada.page.evaluate(() => window.missing), 0, 'frames without the list')
    const chosen = before.split('*')[1].split(' ')[0]
    await ada.press('Enter')
    await until('taken', async () => (await ada.text()).includes(`xx = ${chosen}`) || ada.text())
  },
}
