// Two and more people in one text.
import { equal, until } from '../room.mjs'

const count = (text, letter) => [...text].filter((each) => each === letter).length

async function typingAtOnce(room, names, letters, times) {
  const people = await room.gather(...names)
  await Promise.all(people.map((person) => person.focus()))
  await Promise.all(people.map((person, i) => person.type(letters[i].repeat(times), 25)))
  const text = await room.converged(people)
  for (const letter of letters) equal(count(text, letter), times, `times ${letter} is there`)
  equal(text.length, letters.length * times, 'nothing else is there')
}

export const together = {
  async 'a second tab sees what the first types'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await ada.type('x = 41')
    await bo.reads('x = 41')
    await ada.status(/^(Saved|Live)$/)
    await bo.press('Control+End')
    await bo.type(' + 1')
    await ada.reads('x = 41 + 1')
    equal(await room.converged(), 'x = 41 + 1', 'text')
  },

  async 'two tabs typing at the same place converge'(_base, room) {
    await typingAtOnce(room, ['Ada', 'Bo'], ['a', 'b'], 40)
  },

  async 'five tabs typing at the same place converge'(_base, room) {
    const names = ['Ada', 'Bo', 'Cleo', 'Dan', 'Eve']
    await typingAtOnce(room, names, ['v', 'w', 'x', 'y', 'z'], 20)
  },

  async 'undo of one never touches the text of the other'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await ada.type('one two')
    await bo.reads('one two')
    await bo.focus()
    await bo.press('Control+Home')
    await bo.type('# ')
    await bo.press('ArrowRight', 'ArrowRight', 'ArrowRight')
    await bo.type('BO')
    await ada.reads('# oneBO two')
    await ada.focus()
    for (let i = 0; i < 6; i += 1) await ada.press('Control+z')
    equal(await room.converged(), '# BO', 'after undo')
    for (let i = 0; i < 6; i += 1) await ada.press('Control+Shift+z')
    equal(await room.converged(), '# oneBO two', 'after redo')
    for (let i = 0; i < 6; i += 1) await bo.press('Control+z')
    equal(await room.converged(), 'one two', "after Bo's undo")
  },

  async 'carets with names are visible'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.focus()
    await ada.page.keyboard.insertText('def greet(name):\n    return f"Hello, {name}"\n')
    await until('text arrives', async () => (await bo.text()).includes('Hello'))
    await bo.focus()
    await bo.press('Control+Home', 'ArrowDown', 'End', 'Shift+Home')
    await until('name tag', async () => {
      const tag = ada.page.locator('.remote-tag', { hasText: 'Bo' })
      return (await tag.count()) === 1
    })
    const selections = ada.page.locator('.remote-selection')
    await until('selection', async () => (await selections.count()) > 0)
    const people = ada.page.getByRole('complementary', { name: 'People' })
    await until('line in the list', async () => /line 2/.test((await people.textContent()) ?? ''))
    await room.shoot('two-people', ada)
    await bo.page.close()
    await until('caret gone', async () => (await ada.page.locator('.remote-caret').count()) === 0)
  },

  async 'a name changed in place shows to the others'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await bo.page.getByLabel('Your name').fill('Boris <b>')
    await bo.press('Enter')
    const people = ada.page.getByRole('complementary', { name: 'People' })
    await until(
      'new name',
      async () => (await people.textContent())?.includes('Boris <b>') === true,
    )
  },
}
