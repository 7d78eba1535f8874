// The room's past: played, gone through by keys, named, linked to, brought back.
import { equal, until } from '../room.mjs'

const view = (person) => person.page.locator('section[aria-label="History"]')
const slider = (person) => person.page.getByRole('slider', { name: 'Moment' })

/** The text of the past that is shown. */
const pastText = (person) =>
  view(person).evaluate((element) =>
    [...element.querySelectorAll('.view-lines > .view-line')]
      .sort((a, b) => Number.parseFloat(a.style.top) - Number.parseFloat(b.style.top))
      .map((line) => (line.textContent ?? '').replaceAll('\u00a0', ' '))
      .join('\n'),
  )

const showsPast = (person, wanted) =>
  until('past text', async () => {
    const text = await pastText(person)
    return text === wanted || text
  })

async function openHistory(person) {
  await person.page.getByRole('button', { name: 'History', exact: true }).click()
  await slider(person).waitFor()
}

export const history = {
  'history: keys go through the moments of two people': async (_base, room) => {
    const [ada, bob] = await room.gather('Ada', 'Bob')
    await ada.focus()
    await ada.type('ab')
    await ada.status(/^Saved$/)
    await bob.reads('ab')
    await bob.focus()
    await bob.page.keyboard.press('Control+End')
    await bob.type('Z')
    await bob.status(/^Saved$/)
    await openHistory(ada)
    await showsPast(ada, 'abZ')
    await slider(ada).focus()
    await ada.page.keyboard.press('ArrowLeft')
    await showsPast(ada, 'ab')
    await ada.page.keyboard.press('ArrowLeft')
    await showsPast(ada, 'a')
    await ada.page.keyboard.press('End')
    await showsPast(ada, 'abZ')
    equal(await view(ada).getByText('Bob').first().isVisible(), true, 'who wrote')
    const names = await view(ada).locator('ul[aria-label="Who wrote when"] li').count()
    equal(names, 2, 'tracks')
  },

  'history: it plays by itself to the end': async (_base, room) => {
    const [ada] = await room.gather('Ada')
    await ada.focus()
    await ada.type('hello')
    await ada.status(/^Saved$/)
    await openHistory(ada)
    await slider(ada).focus()
    await ada.page.keyboard.press('Home')
    await ada.page.keyboard.press('Space')
    await showsPast(ada, 'hello')
    await until(
      'stopped',
      async () => (await ada.page.getByRole('button', { name: 'Play' }).count()) === 1,
    )
  },

  'history: a moment is restored as a new edit, for everybody': async (_base, room) => {
    const [ada, bob] = await room.gather('Ada', 'Bob')
    await ada.focus()
    await ada.type('keep')
    await ada.status(/^Saved$/)
    await ada.page.keyboard.press('Control+A')
    await ada.page.keyboard.press('Delete')
    await ada.type('new')
    await ada.status(/^Saved$/)
    await bob.reads('new')
    await openHistory(ada)
    await showsPast(ada, 'new')
    await slider(ada).focus()
    for (let i = 0; i < 4; i++) await ada.page.keyboard.press('ArrowLeft')
    await showsPast(ada, 'keep')
    await view(ada).getByRole('button', { name: 'Restore this moment' }).click()
    await ada.reads('keep')
    await bob.reads('keep')
    await openHistory(bob)
    await showsPast(bob, 'keep')
    await slider(bob).focus()
    await bob.page.keyboard.press('ArrowLeft')
    await showsPast(bob, 'new')
  },

  'history: moments have names and links': async (base, room) => {
    const [ada] = await room.gather('Ada')
    await ada.focus()
    await ada.type('ab')
    await ada.status(/^Saved$/)
    await openHistory(ada)
    await showsPast(ada, 'ab')
    await slider(ada).focus()
    await ada.page.keyboard.press('ArrowLeft')
    await showsPast(ada, 'a')
    await ada.page.getByLabel('Name for this moment').fill('first letter')
    await ada.page.keyboard.press('Enter')
    const named = view(ada).getByRole('button', { name: 'first letter' })
    await named.waitFor()
    await slider(ada).focus()
    await ada.page.keyboard.press('End')
    await showsPast(ada, 'ab')
    await named.click()
    await showsPast(ada, 'a')
    const rows = await (await fetch(`${base}/rooms/${room.id}/history`)).json()
    const bob = await room.person('Bob')
    await bob.page.goto(`${base}/r/${room.id}#t=${rows.versions[0].seq}`)
    await slider(bob).waitFor()
    await showsPast(bob, 'a')
    await view(bob).getByRole('button', { name: 'Back to the text' }).click()
    await bob.ready()
    await bob.reads('ab')
  },

  'history: who wrote a line is told by its number and by the palette': async (_base, room) => {
    const [ada, bob] = await room.gather('Ada', 'Bob')
    await ada.focus()
    await ada.type('one\ntwo')
    await ada.status(/^Saved$/)
    await bob.reads('one\ntwo')
    await bob.focus()
    await bob.page.keyboard.press('Control+End')
    await bob.type('!')
    await bob.status(/^Saved$/)
    await ada.reads('one\ntwo!')
    await ada.page.locator('.monaco-editor .line-numbers').nth(1).hover()
    await until('hover', async () => {
      const texts = await ada.page.locator('.monaco-hover').allTextContents()
      return texts.some((text) => /Bob/.test(text)) || texts
    })
    await ada.focus()
    await ada.page.keyboard.press('Control+Home')
    await ada.page.keyboard.press('F1')
    await ada.page.keyboard.type('Who wrote this line')
    await ada.page.keyboard.press('Enter')
    await ada.page.getByText(/^Ada wrote this line on .+$/).waitFor()
  },
}
