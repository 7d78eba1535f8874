// Who is where, following, bringing everyone, and marks at the edge of the view.
import { setTimeout as sleep } from 'node:timers/promises'
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

export const presence = {
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
    await bo.page.getByRole('button', { name: 'Go', exact: true }).click()
    await until('Bo came', async () => (await top(bo)) > 100 || top(bo))
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
    await ada.page.getByText('Bo left.').waitFor()
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
}
