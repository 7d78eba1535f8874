// Who is where, following, bringing everyone, and marks at the edge of the view.
import { setTimeout as sleep } from 'node:timers/promises'
import { overTheWire } from '../over-the-wire.mjs'
import { equal, until } from '../room.mjs'

const people = (person) => person.page.getByRole('complementary', { name: 'People' })
const frame = (person) => person.page.getByText('Following Ada')

const top = (person) =>
  person.page.evaluate(() => {
    const lines = [...document.querySelectorAll('.line-numbers')]
    const edge = document.querySelector('.monaco-editor')?.getBoundingClientRect().top ?? 0
    const seen = lines.filter((line) => line.getBoundingClientRect().top >= edge)
    return Math.min(...seen.map((line) => Number(line.textContent)))
  })

async function longText(person) {
  const lines = Array.from({ length: 200 }, (_, i) => `n${i + 1}`)
  await person.page.keyboard.insertText(lines.join('\n'))
}

/** Runs in the page: the rows of the ruler that hold a person's colour, and how many there are. */
function marksInRuler(color) {
  const canvas = document.querySelector('.decorationsOverviewRuler')
  const wanted = getComputedStyle(document.documentElement).getPropertyValue(`--p${color}`).trim()
  const { width, height } = canvas
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
  const isWanted = (pixel) => {
    const [r, g, b, opacity] = data.subarray(4 * pixel, 4 * pixel + 4)
    return opacity === 255 && ((r << 16) | (g << 8) | b) === Number.parseInt(wanted.slice(1), 16)
  }
  const rows = []
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!isWanted(y * width + x)) continue
      rows.push(y)
      break
    }
  }
  return { rows, height }
}

/** The line whose place in the ruler holds the mark of a person; null: there is no mark. */
async function markedLine(person, color, lineCount) {
  const { rows, height } = await person.page.evaluate(marksInRuler, color)
  if (rows.length === 0) return null
  return Math.round(((rows[0] + rows.at(-1)) / 2 / height) * lineCount)
}

/** Eight others, a colour each; the one of the first colour looks as said, the rest plain. */
async function carets(person, first) {
  const all = person.page.locator('.remote-caret')
  await until('carets of eight', async () => (await all.count()) === 8 || all.count())
  const seen = await all.evaluateAll((nodes) =>
    nodes.map((node) => {
      const [, color] = /person-(\d)/.exec(node.className)
      return `${color} ${getComputedStyle(node).borderLeftStyle}`
    }),
  )
  const wanted = [first, ...Array(7).fill('solid')].map((style, color) => `${color} ${style}`)
  equal(seen.sort().join(), wanted.join(), 'colours and carets of the others')
}

export const presence = {
  async 'a second tab is the same person, in one row and one colour, and no news'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.type('x')
    const row = () => people(bo).getByRole('listitem').filter({ hasText: 'Ada' })
    await until('one row', async () => (await row().count()) === 1)
    const color = async (css) => {
      return bo.page.evaluate((one) => document.querySelector(one)?.className ?? '', css)
    }
    await bo.page.waitForSelector('.remote-caret')
    const before = await color('.remote-caret')
    // What Bo was told, however short it stood there.
    await bo.page.evaluate(() => {
      window.told = []
      const notes = document.querySelector('[aria-label="Notes"]')
      const look = () => window.told.push(notes.textContent)
      new MutationObserver(look).observe(notes, { childList: true, subtree: true })
    })
    const tab = await ada.page.context().newPage()
    await tab.goto(ada.page.url())
    await tab.waitForSelector('.monaco-editor .view-lines')
    await row().filter({ hasText: '2 tabs' }).waitFor()
    equal(await row().count(), 1, 'rows of Ada')
    await tab.locator('.monaco-editor .view-lines').first().click()
    await until('two carets', async () => (await bo.page.locator('.remote-caret').count()) === 2)
    const looks = await bo.page
      .locator('.remote-caret')
      .evaluateAll((all) => all.map((one) => one.className))
    const colors = [...looks, before].map((look) => /person-\d.*/.exec(look)?.[0])
    equal([...new Set(colors)].join(', '), colors[0], 'colours of Ada')
    await tab.close()
    await until('one tab', async () => (await row().filter({ hasText: '2 tabs' }).count()) === 0)
    // News are told every three seconds.
    await sleep(3_500)
    equal((await bo.page.evaluate(() => window.told)).join(''), '', 'news')
  },

  async "follow a person by click; one key of one's own ends it"(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await longText(ada)
    await ada.press('Control+Home')
    await until('arrived', async () => (await bo.text()).includes('n1\n'))
    // Off screen: Bo looks at the end.
    await bo.focus()
    await bo.press('Control+End')
    await bo.page.getByText('↑ Ada, line 1', { exact: true }).waitFor()
    await people(bo).getByRole('button', { name: /^Ada/ }).click()
    await frame(bo).waitFor()
    await until('Bo sees the start', async () => (await top(bo)) === 1 || top(bo))
    await people(ada).getByText('following you').waitFor()
    await ada.page.mouse.move(500, 300)
    for (let notch = 0; notch < 12; notch += 1) await ada.page.mouse.wheel(0, 120)
    await until('same view', async () => {
      const [a, b] = [await top(ada), await top(bo)]
      return (a === b && a > 20) || [a, b]
    })
    // Into another file too.
    await ada.page.getByRole('button', { name: 'New file' }).click()
    await ada.page.getByLabel('Name of the new file').fill('two.py')
    await ada.press('Enter')
    await bo.reads('')
    await ada.type('hello')
    await bo.reads('hello')
    await bo.page.locator('.monaco-editor .view-lines').click()
    await until('ended', async () => (await frame(bo).count()) === 0)
    // By keys as well, and Stop ends it.
    await bo.press('Alt+Shift+l')
    await frame(bo).waitFor()
    // The past is nobody's view, and has its own things where the frame says who is followed.
    await bo.press('Alt+Shift+h')
    await until('no frame round the past', async () => (await frame(bo).count()) === 0)
    await bo.page.getByRole('button', { name: 'Back to the text' }).click()
    await frame(bo).waitFor()
    await bo.page.getByRole('button', { name: 'Stop', exact: true }).click()
    await until('stopped', async () => (await frame(bo).count()) === 0)
  },

  async 'bring everyone to me, with a way back; the busy are asked'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await longText(ada)
    await until('arrived', async () => (await bo.text()).includes('n1\n'))
    await ada.press('Control+End')
    await bo.focus()
    await bo.press('Control+Home')
    await people(ada).getByRole('button', { name: 'Bring everyone to me' }).click()
    await bo.page.getByText('Ada asks everyone to come.').waitFor()
    equal(await top(bo), 1, 'busy, so not moved')
    await ada.page.getByText('0 of 1 here.').waitFor()
    // It lasts: longer than a note does, and than the call itself.
    await sleep(11_000)
    await bo.page.getByText('Ada asks everyone to come.').waitFor()
    await bo.page.getByRole('button', { name: 'Go', exact: true }).click()
    await until('Bo came', async () => (await top(bo)) > 100 || top(bo))
    await ada.page.getByText('The other one is here.').waitFor()
    await bo.focus()
    await bo.press('Control+Home')
    // Not busy any more three seconds later.
    await sleep(3_200)
    await people(ada).getByRole('button', { name: 'Bring everyone to me' }).click()
    await bo.page.getByText('Ada brought you here.').waitFor()
    await until('Bo is brought', async () => (await top(bo)) > 100 || top(bo))
    await bo.page.getByRole('button', { name: 'Go back' }).click()
    await until('Bo is back', async () => (await top(bo)) === 1 || top(bo))
    equal(await frame(bo).count(), 0, 'following ended')
  },

  async 'who came and who left is told once, for many together'(_base, room) {
    const [ada] = await room.gather('Ada')
    await room.gather('Bo', 'Cleo')
    await ada.page
      .getByText(/^(Bo|Cleo)( and (Bo|Cleo))? joined\.$/)
      .first()
      .waitFor()
    const [, bo] = room.people
    await bo.page.close()
    await ada.page.getByText('Bo left.').first().waitFor()
  },

  async 'name tags: while typing, always, never'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    const tag = ada.page.locator('.remote-tag', { hasText: 'Bo' })
    await bo.type('x = 1')
    await tag.waitFor()
    await until('quiet', async () => (await tag.getAttribute('class')).includes('quiet'))
    await ada.page.keyboard.press('Control+,')
    const choice = ada.page.getByLabel('Names beside carets')
    await choice.selectOption('always')
    await until('loud', async () => !(await tag.getAttribute('class')).includes('quiet'))
    await choice.selectOption('never')
    await until('gone', async () => (await tag.count()) === 0)
  },

  async 'the ruler shows where another person is, in their colour'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await longText(ada)
    await until('arrived', async () => (await bo.text()).includes('n1\n'))
    await bo.focus()
    const at = async (keys, line) => {
      await bo.press(...keys)
      // Space above and below the text stands in the ruler too, and a mark is higher than a line.
      await until(`mark at line ${line}`, async () => {
        const seen = await markedLine(ada, 1, 200)
        return (seen !== null && Math.abs(seen - line) <= 3) || seen
      })
    }
    await at(['Control+Home', ...Array(49).fill('ArrowDown')], 50)
    await at(Array(100).fill('ArrowDown'), 150)
    equal(await markedLine(ada, 0, 200), null, "a mark of one's own")
    await bo.page.close()
    await until('gone', async () => (await markedLine(ada, 1, 200)) === null)
  },

  async 'of nine people the ninth has the first colour again, and a dashed caret'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.page.keyboard.insertText('\n'.repeat(9))
    await ada.status(/^Saved$/)
    const seven = await overTheWire(room, [1, 2, 3, 4, 5, 6, 7], { keys: 1, keyMs: 50 })
    try {
      const [bo] = await room.gather('Bo')
      await bo.focus()
      await bo.press('Control+End')
      // Ada sees Bo's caret dashed; Bo sees Ada's as it always was.
      await carets(ada, 'dashed')
      await carets(bo, 'solid')
      for (const person of [ada, bo]) {
        equal(await people(person).getByRole('listitem').count(), 9, 'people listed')
        const bar = person.page.getByRole('banner')
        equal(await bar.getByRole('button', { name: /^Follow/ }).count(), 5, 'faces')
        const count = bar.getByRole('button', { name: /^9 people here/ })
        equal(await count.getByText('+3', { exact: true }).count(), 1, 'and three more')
        equal(await people(person).locator('[class*="person-0"]').count(), 2, 'of the first colour')
        // In both windows it is Bo whose mark is not like Ada's.
        const dashed = people(person).locator('[class*="second-round"]')
        equal(await dashed.count(), 1, 'dashed marks in the list')
        const words = person === bo ? dashed.getByRole('textbox') : dashed.getByText('Bo')
        equal(await words.count(), 1, 'the dashed mark is Bo')
      }
      seven.go()
      await seven.done()
      for (const person of [ada, bo]) await person.reads('\nb\nc\nd\ne\nf\ng\nh\n\n')
      // Whoever is left has the plain mark.
      await ada.page.close()
      await until('alone', async () => (await people(bo).getByRole('listitem').count()) === 1)
      equal(await people(bo).locator('[class*="second-round"]').count(), 0, 'dashed marks')
    } finally {
      seven.end()
    }
  },
}
