// Whole walks through the page, with pictures to look at: script/screenshots takes them. What they ask
// for is checked as well, in both themes.
import { equal, until } from '../room.mjs'
import { backTo, openHistory } from './meanwhile.mjs'

const CLASS_SIZE = 12

const stored = async (room) => (await fetch(`${room.base}/rooms/${room.id}/code`)).text()

/** Twelve stand at the end of the file, and all begin their answers there at once. */
async function classWalk(room, scheme) {
  const names = Array.from({ length: CLASS_SIZE }, (_, i) => `Student ${i + 1}`)
  const size = { width: 900, height: 600 }
  const people = await room.gather(
    ...names.map((name) => [name, { colorScheme: scheme, viewport: size }]),
  )
  const [first] = people
  await first.page.keyboard.insertText('# Answers\n')
  for (const person of people) await person.reads('# Answers\n')
  for (const person of people) {
    await person.focus()
    await person.press('Control+End')
  }
  await Promise.all(people.map((person, i) => person.type(`answer_${i + 1} `, 120)))
  const text = await room.converged(people)
  for (let i = 1; i <= CLASS_SIZE; i += 1) {
    equal(text.includes(`answer_${i} `), true, `answer ${i} is whole in ${JSON.stringify(text)}`)
  }
  await room.shoot(`class-${scheme}`, first)
}

/** One column by thumb: the code, its files, the people, the chat, and the past with a name for it. */
async function phoneWalk(room, scheme) {
  const size = { width: 390, height: 844 }
  const [ada] = await room.gather([
    'Ada',
    { colorScheme: scheme, viewport: size, hasTouch: true, isMobile: true },
  ])
  const { page } = ada
  const inside = async (locator, what) => {
    const box = await locator.boundingBox()
    const fits =
      box && box.x >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height
    equal(Boolean(fits), true, `${what} is on the screen: ${JSON.stringify(box)}`)
  }
  await ada.focus()
  await ada.paste('def greet(name):\n    return f"Hello, {name}"\n')
  await ada.status(/^Saved$/)
  await room.shoot(`phone-code-${scheme}`, ada)
  await page.getByRole('tab', { name: /^Chat/ }).tap()
  await page.getByLabel('Message', { exact: true }).fill('look at main.py:2')
  await ada.press('Enter')
  const link = page.getByRole('button', { name: 'main.py:2' })
  await link.waitFor()
  await room.shoot(`phone-chat-${scheme}`, ada)
  await link.first().tap()
  await until('code', async () => page.locator('.monaco-editor .view-lines').first().isVisible())
  await page.getByRole('button', { name: 'History', exact: true }).tap()
  const field = page.getByLabel('Name for this moment')
  await field.waitFor()
  const save = page.getByRole('button', { name: 'Save this moment' })
  await inside(field, 'the name field')
  await inside(save, 'its button')
  await inside(page.getByRole('button', { name: 'Back to the text' }), 'the way back')
  await field.tap()
  await field.fill('greeting')
  await save.tap()
  await page.getByRole('button', { name: 'greeting', exact: true }).waitFor()
  await room.shoot(`phone-history-${scheme}`, ada)
  await page.getByRole('button', { name: 'Back to the text' }).tap()
  for (const tab of ['Files', 'People']) {
    await page.getByRole('tab', { name: tab }).tap()
    await page.waitForTimeout(300)
    await room.shoot(`phone-${tab.toLowerCase()}-${scheme}`, ada)
  }
  equal(await stored(room), 'def greet(name):\n    return f"Hello, {name}"\n', 'the text')
}

/** A class loses its way: one restores main.py alone, everybody hears of it, and it is taken back. */
async function restoreWalk(room, scheme) {
  const [ada, bo] = await room.gather(['Ada', { colorScheme: scheme }], 'Bo')
  const old = 'def area(r):\n    return 3.14 * r * r\n'
  await ada.paste(old)
  await ada.status(/^Saved$/)
  await bo.reads(old)
  await bo.page.waitForTimeout(1_200)
  await bo.focus()
  await bo.press('Control+Home')
  await bo.paste('from math import pi\n\n\n')
  await bo.press('Control+End')
  await bo.paste('\n\nclass Circle:\n    def __init__(self, r):\n        self.r = r\n')
  await bo.status(/^Saved$/)
  const now = await stored(room)
  await ada.reads(now)
  await openHistory(ada)
  await backTo(ada, old)
  const view = ada.page.locator('section[aria-label="History"]')
  await view.getByRole('button', { name: /^main\.py.*lines go/ }).waitFor()
  await room.shoot(`restore-preview-${scheme}`, ada)
  await view.getByRole('button', { name: 'Restore this moment' }).click()
  await ada.reads(old)
  await bo.page.getByText(/^Ada restored main\.py as of /).waitFor()
  await room.shoot(`restore-told-${scheme}`, bo)
  await room.shoot(`restore-undo-${scheme}`, ada)
  await ada.page.getByRole('button', { name: 'Undo', exact: true }).click()
  await ada.reads(now)
  await bo.reads(now)
}

const both = (what, walk) =>
  Object.fromEntries(
    ['dark', 'light'].map((scheme) => [
      `walk: ${what}, ${scheme}`,
      (_base, room) => walk(room, scheme),
    ]),
  )

export const walks = {
  ...both('a class answers at the end of the file', classWalk),
  ...both('on a phone', phoneWalk),
  ...both('a restore', restoreWalk),
}
