// What another does meanwhile: deletes the file one types in, restores an old text, says something.
import { equal, until } from '../room.mjs'

const nav = (person) => person.page.getByRole('navigation', { name: 'Files' })
const open = (person, name) => nav(person).getByTitle(name, { exact: true }).click()
const names = (person) =>
  nav(person)
    .locator('button[data-file]')
    .evaluateAll((all) => all.map((each) => each.title).join(' '))
const lists = (person, wanted) =>
  until('list', async () => (await names(person)) === wanted || names(person))
const notes = (person) => person.page.getByRole('region', { name: 'Notes' })
const told = (person, pattern) => notes(person).getByText(pattern).waitFor()
const view = (person) => person.page.locator('section[aria-label="History"]')

async function newFile(person, name) {
  await nav(person).getByRole('button', { name: 'New file' }).click()
  await person.page.getByLabel('Name of the new file').fill(name)
  await person.press('Enter')
  await person.reads('')
}

async function remove(person, name) {
  await nav(person).getByTitle(name, { exact: true }).focus()
  await person.press('Delete')
}

const facts = async (base, room) => (await fetch(`${base}/rooms/${room.id}`)).json()

export async function openHistory(person) {
  await person.press('Alt+Shift+H')
  await person.page.getByRole('slider', { name: 'Moment' }).waitFor()
}

/** Back until the text of the past is this one. */
export async function backTo(person, wanted) {
  const text = () =>
    view(person)
      .locator('.view-lines > .view-line')
      .evaluateAll((all) =>
        all
          .sort((a, b) => Number.parseFloat(a.style.top) - Number.parseFloat(b.style.top))
          .map((line) => line.textContent.replaceAll('\u00a0', ' '))
          .join('\n'),
      )
  await person.page.getByRole('slider', { name: 'Moment' }).focus()
  await until(`past ${JSON.stringify(wanted)}`, async () => {
    const shown = await text()
    if (shown === wanted) return true
    await person.press('ArrowLeft')
    return shown
  })
}

const restore = (person) =>
  view(person).getByRole('button', { name: 'Restore this moment' }).click()

async function say(person, text) {
  await person.page.getByLabel('Message', { exact: true }).fill(text)
  await person.press('Enter')
}

export const meanwhile = {
  async 'meanwhile: a file deleted under a typist keeps every key, and comes back by them'(
    base,
    room,
  ) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await newFile(ada, 'c.py')
    await open(bo, 'c.py')
    await bo.focus()
    const typing = bo.type('0123456789', 150)
    await ada.reads('012')
    await remove(ada, 'c.py')
    await typing
    await bo.reads('0123456789')
    for (const person of [ada, bo]) await lists(person, 'c.py main.py')
    await told(bo, 'c.py was deleted. What you wrote brought it back.')
    await told(ada, 'c.py is back: Bo writes in it.')
    await ada.status(/^Saved$/)
    await bo.status(/^Saved$/)
    equal(await ada.text(), '', 'nothing of it went into main.py')
    equal(await (await fetch(`${base}/rooms/${room.id}/code`)).text(), '', 'code of the room')
    await open(ada, 'c.py')
    await ada.reads('0123456789')
  },

  async 'meanwhile: a deleted file stays in view, and listed, and no API shows it'(base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await newFile(ada, 'c.py')
    await ada.type('kept = 1')
    await open(bo, 'c.py')
    await bo.reads('kept = 1')
    await ada.status(/^Saved$/)
    await remove(ada, 'c.py')
    await ada.reads('')
    await bo.page.getByText('Ada deleted c.py.').waitFor()
    equal(await bo.text(), 'kept = 1', 'what Bo sees')
    await lists(bo, 'main.py')
    await ada.status(/^Saved$/)
    const listed = (await facts(base, room)).files.map(({ name }) => name)
    equal(listed.join(' '), 'main.py', 'files of the API')
    await room.shoot('deleted-in-view', bo)
    await bo.page.getByRole('button', { name: 'Close', exact: true }).click()
    await bo.reads('')
    // Who comes later, and long after every note, finds it in the list.
    await bo.page.reload()
    await bo.ready()
    await nav(bo).getByText('Deleted (1)').click()
    await nav(bo)
      .getByTitle(/^c\.py\. Deleted by Ada, /)
      .click()
    await bo.reads('kept = 1')
    await bo.page.getByRole('button', { name: 'Bring back', exact: true }).click()
    for (const person of [ada, bo]) await lists(person, 'c.py main.py')
    await told(ada, /^c\.py is back: Bo writes in it\.$|^Bo brought c\.py back\.$/)
    equal(
      await nav(bo)
        .getByText(/^Deleted \(/)
        .count(),
      0,
      'deleted files',
    )
  },

  async 'meanwhile: a restore shows what it changes, is told, and is taken back'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.paste('def one():\n    return 1\n')
    await ada.status(/^Saved$/)
    await bo.reads('def one():\n    return 1\n')
    await bo.press('Control+End')
    await bo.paste('class New:\n    pass\n')
    const whole = 'def one():\n    return 1\nclass New:\n    pass\n'
    await ada.reads(whole)
    await bo.status(/^Saved$/)
    await openHistory(ada)
    await backTo(ada, 'def one():\n    return 1\n')
    const gone = view(ada).locator('.past-goes:not(.past-goes-margin)')
    await until('preview', async () => {
      const lines = await gone.locator('div').allTextContents()
      return lines.join('|') === 'class New:|    pass' || lines
    })
    await view(ada)
      .getByRole('button', { name: /^main\.py.*−2/ })
      .waitFor()
    await room.shoot('restore-preview', ada)
    await restore(ada)
    await bo.reads('def one():\n    return 1\n')
    await told(bo, /^Ada restored main\.py as of /)
    await told(ada, 'Restored main.py. Everybody here is told.')
    await notes(ada).getByRole('button', { name: 'Undo' }).click()
    await bo.reads(whole)
    // Once more, and back by the key: his own typing of before stays.
    await openHistory(ada)
    await backTo(ada, 'def one():\n    return 1\n')
    await restore(ada)
    await ada.reads('def one():\n    return 1\n')
    await ada.press('Control+z')
    await ada.reads(whole)
    await bo.reads(whole)
    await ada.press('Control+Shift+z')
    await bo.reads('def one():\n    return 1\n')
  },

  async 'meanwhile: one file alone is restored; the history opens the file in view'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.type('one')
    await newFile(ada, 'b.py')
    await ada.type('two')
    await ada.status(/^Saved$/)
    await open(ada, 'main.py')
    await ada.reads('one')
    await ada.press('Control+End')
    await ada.type('!')
    await open(ada, 'b.py')
    await ada.reads('two')
    await ada.press('Control+End')
    await ada.type('!')
    await ada.status(/^Saved$/)
    await open(ada, 'main.py')
    await ada.reads('one!')
    await ada.focus()
    await openHistory(ada)
    await backTo(ada, 'one!')
    // Both exclamation marks are gone at this moment, which is one of b.py.
    await open(ada, 'b.py')
    await backTo(ada, 'two')
    await open(ada, 'main.py')
    await backTo(ada, 'one')
    await view(ada).getByRole('button', { name: 'All 2 files' }).waitFor()
    equal(
      await view(ada).getByRole('button', { name: 'Only this file' }).getAttribute('aria-pressed'),
      'true',
      'what is restored',
    )
    await restore(ada)
    await ada.reads('one')
    await open(ada, 'b.py')
    await ada.reads('two!')
    // Its own key closes it, and so does Escape from anywhere.
    await ada.focus()
    for (const close of ['Alt+Shift+H', 'Escape']) {
      await openHistory(ada)
      if (close === 'Escape') await ada.page.getByRole('tab', { name: 'People' }).focus()
      await ada.press(close)
      await until('closed', async () => (await view(ada).count()) === 0)
    }
  },

  async 'meanwhile: with the chat closed a message shows, and its link leads to the lines'(
    _base,
    room,
  ) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await newFile(ada, 'tool.py')
    await ada.page.keyboard.insertText('a\nb\nc\nd')
    await ada.status(/^Saved$/)
    await bo.press('Alt+Shift+P')
    await until('closed', async () => (await bo.page.getByRole('tab').count()) === 0)
    // Two lines are selected and asked about.
    await ada.press('Control+Home', 'ArrowDown', 'Shift+ArrowDown', 'Shift+End', 'Alt+Shift+Q')
    const field = ada.page.getByLabel('Message', { exact: true })
    await until('link', async () => {
      const value = await field.inputValue()
      return value === 'tool.py:2-3 ' || value
    })
    await ada.type('why?')
    await ada.press('Enter')
    await bo.page.getByRole('button', { name: '1 new message. Open the chat' }).waitFor()
    await until('title', async () => {
      const title = await bo.page.title()
      return title.startsWith('(1) ') || title
    })
    const preview = bo.page.locator('footer').getByRole('button', { name: /Ada.*tool\.py:2-3 why/ })
    await preview.waitFor()
    await room.shoot('chat-closed', bo)
    await preview.click()
    await bo.page.getByRole('button', { name: 'tool.py:2-3' }).click()
    await bo.reads('a\nb\nc\nd')
    await bo.page.getByText(/Ln 3, Col 2 \(3 selected\)/).waitFor()
    equal((await bo.page.title()).startsWith('('), false, 'nothing waits')
    // Renamed since: the link leads there all the same. A line alone is one of the writer's file.
    await nav(ada).getByTitle('tool.py', { exact: true }).focus()
    await ada.press('F2')
    await ada.page.getByLabel('New name of tool.py').fill('lib.py')
    await ada.press('Enter')
    await lists(bo, 'lib.py main.py')
    await open(bo, 'main.py')
    await bo.reads('')
    await bo.page.getByRole('button', { name: 'tool.py:2-3' }).click()
    await bo.reads('a\nb\nc\nd')
    await say(ada, 'and #L4')
    await open(bo, 'main.py')
    await bo.reads('')
    await bo.page.getByRole('button', { name: 'lib.py:4' }).click()
    await bo.page.getByText(/Ln 4, Col 2/).waitFor()
    await say(bo, 'nofile.py:3')
    await ada.page.getByRole('button', { name: 'nofile.py:3' }).click()
    await told(ada, 'No file is called nofile.py in this room.')
  },

  async 'meanwhile: a half-written message waits while another tab is seen'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.press('Control+Shift+Y')
    await ada.page.getByLabel('Message', { exact: true }).fill('half')
    await ada.page.getByRole('tab', { name: 'People' }).click()
    await ada.page.getByRole('tab', { name: /^Chat/ }).click()
    equal(await ada.page.getByLabel('Message', { exact: true }).inputValue(), 'half', 'draft')
  },
}

/** These take the server away. */
export const meanwhileOffline = {
  async 'meanwhile: offline work in a file that was deleted offline is there in the end'(
    _base,
    room,
    server,
  ) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await newFile(ada, 'c.py')
    await ada.type('x')
    await open(bo, 'c.py')
    await bo.reads('x')
    await ada.status(/^Saved$/)
    await server.kill()
    await ada.status(/^Offline/)
    await bo.status(/^Offline/)
    await remove(ada, 'c.py')
    await bo.press('Control+End')
    await bo.type(' = offline')
    await server.start()
    for (const person of [ada, bo]) {
      await person.status(/^Saved$/)
      await lists(person, 'c.py main.py')
    }
    await bo.reads('x = offline')
    await open(ada, 'c.py')
    await ada.reads('x = offline')
  },
}
