// Several files in one room: made, renamed, deleted and brought back, dropped in, taken home.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { Client } from '../../../tests/blackbox/client.mjs'
import { equal, until } from '../room.mjs'

const nav = (person) => person.page.getByRole('navigation', { name: 'Files' })
const open = (person, name) =>
  nav(person)
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click()
const names = async (person) =>
  (
    await nav(person)
      .locator('button[data-file]')
      .evaluateAll((all) => all.map((each) => each.getAttribute('title')))
  ).join(' ')

async function newFile(person, name) {
  await nav(person).getByRole('button', { name: 'New file' }).click()
  await person.page.getByLabel('Name of the new file').fill(name)
  await person.press('Enter')
}

/** What a drag from the desktop gives the page. */
function drop(person, files) {
  return person.page.evaluate(
    (list) => {
      const data = new DataTransfer()
      for (const [name, content] of list) {
        const part = typeof content === 'number' ? 'x'.repeat(content) : new Uint8Array(content)
        data.items.add(new File([part], name))
      }
      const target = document.querySelector('.monaco-editor') ?? document.body
      for (const type of ['dragenter', 'dragover', 'drop']) {
        target.dispatchEvent(
          new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }),
        )
      }
    },
    files.map(([name, content]) => [name, typeof content === 'number' ? content : [...content]]),
  )
}

/** A folder on this disk that holds these files. */
function makeFolder(files) {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-drop-'))
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** What the browser does when something of this disk is let go over the text: only so is a folder one. */
async function dropFromDisk(person, path) {
  const chrome = await person.page.context().newCDPSession(person.page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  const drag = (type) => chrome.send('Input.dispatchDragEvent', { type, x: 500, y: 300, data })
  const zone = person.page.getByText('Drop to add to this room')
  await drag('dragEnter')
  await drag('dragOver')
  await zone.waitFor()
  await drag('drop')
  await until('the drop zone went', async () => (await zone.count()) === 0)
}

const bytes = (text) => new TextEncoder().encode(text)

export const files = {
  async 'files: a name that objects inherit breaks nothing for anybody'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.type('# main')
    for (const name of ['__proto__', 'x.constructor']) {
      await newFile(ada, name)
      await ada.reads('')
      await ada.type(`# ${name}`)
      await open(bo, name)
      await bo.reads(`# ${name}`)
    }
    await bo.page.reload()
    await bo.reads('# x.constructor')
    equal(await names(bo), '__proto__ main.py x.constructor', 'files')
  },

  async 'files: made, switched, renamed, deleted, brought back'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.type('first = 1')
    await bo.reads('first = 1')
    await newFile(ada, 'utils.py')
    await ada.reads('')
    await ada.type('second = 2')
    // Bo stays where he is, and sees where Ada went.
    await until('list', async () => (await names(bo)) === 'main.py utils.py' || names(bo))
    equal(await bo.text(), 'first = 1', 'text of the other file')
    equal(await bo.page.locator('.remote-caret').count(), 0, 'carets of other files')
    await bo.page.getByText('utils.py, line 1').waitFor()
    await open(bo, 'utils.py')
    await bo.reads('second = 2')
    await until('caret', async () => (await bo.page.locator('.remote-caret').count()) === 1)

    // Undo of a file is its own, and is there after a switch.
    await open(ada, 'main.py')
    await ada.reads('first = 1')
    await open(ada, 'utils.py')
    await ada.reads('second = 2')
    await ada.press('Control+z')
    await ada.reads('')
    await ada.press('Control+Shift+z')
    await ada.reads('second = 2')

    await newFile(ada, 'MAIN.py')
    await ada.page.getByText('There is a MAIN.py already.').waitFor()
    await ada.press('Escape')
    await nav(ada)
      .getByRole('button', { name: /^utils.py/ })
      .focus()
    await ada.press('F2')
    await ada.page.getByLabel('New name of utils.py').fill('lib/helpers.py')
    await ada.press('Enter')
    await until('renamed', async () => (await names(bo)) === 'lib/helpers.py main.py' || names(bo))

    await nav(ada)
      .getByRole('button', { name: /^helpers.py/ })
      .focus()
    await ada.press('Delete')
    await ada.page.getByText('lib/helpers.py was deleted.').waitFor()
    await bo.page.getByText('Ada deleted lib/helpers.py.').waitFor()
    await bo.reads('second = 2')
    await bo.page.getByRole('button', { name: 'Bring back', exact: true }).click()
    await until('back', async () => (await names(ada)) === 'lib/helpers.py main.py' || names(ada))
    await bo.page.reload()
    await bo.ready()
    await bo.reads('second = 2')
  },

  async 'files: of a hundred that another application made none is hidden without a word'(
    _b,
    room,
  ) {
    const [ada] = await room.gather('Ada')
    const ws = `${room.base.replace('http', 'ws')}/ws`
    const stranger = await new Client({ ws }, room.id).join()
    stranger.doc.transact(() => {
      for (let i = 0; i < 100; i += 1) {
        stranger.doc.getMap('files').set(`f${i}`, { name: `f${i}.py`, language: 'python' })
        stranger.doc.getText(`file:f${i}`).insert(0, `${i}`)
      }
    })
    await stranger.saved()
    await nav(ada).getByText('37 more files are not shown').waitFor()
    const all = ada.page.waitForEvent('download')
    await nav(ada).getByRole('button', { name: 'Download all files' }).click()
    const zip = unzipSync(new Uint8Array(readFileSync(await (await all).path())))
    equal(Object.keys(zip).length, 101, 'files in the zip')
    const told = await (await fetch(`${room.base}/rooms/${room.id}`)).json()
    equal(told.files_total, 101, 'files that the API counts')
    equal(told.files.length, 64, 'files that the API lists')
    await stranger.leave()
  },

  async 'files: dropped in, refused by name, downloaded one and all'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.type('home = True')
    await drop(ada, [
      ['tool.py', bytes('a = 1\r\nb = 2\r\n')],
      ['logo.png', [137, 80, 78, 71, 0, 1, 255]],
      ['big.txt', 4 * 1024 * 1024 + 1],
    ])
    await ada.page.getByText('Added tool.py. Left out:').waitFor()
    const said = await ada.page.getByRole('region', { name: 'Notes' }).textContent()
    equal(/logo\.png \(not text\)/.test(said), true, `why not the picture: ${said}`)
    equal(
      /big\.txt \(4 MB; a file may have 4 MB\)/.test(said),
      true,
      `why not the big one: ${said}`,
    )
    await ada.reads('a = 1\nb = 2\n')
    equal(await names(ada), 'main.py tool.py', 'files')

    const one = ada.page.waitForEvent('download')
    await ada.focus()
    await ada.press('Control+s')
    const file = await one
    equal(file.suggestedFilename(), 'tool.py', 'name of the download')
    equal(readFileSync(await file.path(), 'utf8'), 'a = 1\nb = 2\n', 'downloaded text')

    const all = ada.page.waitForEvent('download')
    await nav(ada).getByRole('button', { name: 'Download all files' }).click()
    const zip = await all
    equal(/\.zip$/.test(zip.suggestedFilename()), true, zip.suggestedFilename())
    const content = readFileSync(await zip.path()).toString('latin1')
    equal(content.startsWith('PK') && content.includes('tool.py'), true, 'zip holds the files')
  },

  async 'a paste that is too long says the limit and may become a file'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.page.evaluate(() => {
      const data = new DataTransfer()
      data.setData('text/plain', 'x = 1  # line\n'.repeat(100_000))
      const target = document.activeElement
      target?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      )
    })
    await ada.page.getByText(/^That is 1.3 MB. A paste may be 1 MB/).waitFor()
    equal(await ada.text(), '', 'nothing was pasted')
    await ada.page.getByRole('button', { name: 'Add it as a file' }).click()
    await until('a file', async () => (await names(ada)) === 'main.py pasted.txt' || names(ada))
    await ada.status(/^Saved$/)
  },
  async 'files: a folder is dropped in whole, but for what is no text or what tools keep'(
    _base,
    room,
  ) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    const folder = makeFolder([
      ['app/main.py', 'import lib.deep.tool\r\n'],
      ['app/lib/deep/tool.py', 'tool = 1\n'],
      ['app/logo.png', Uint8Array.from([137, 80, 78, 71, 0, 1, 255])],
      ['app/.git/config', 'hidden'],
      ['app/node_modules/left.js', 'left = 1'],
      ['app/__pycache__/main.pyc', 'left = 2'],
      ...Array.from({ length: 120 }, (_, i) => [`many/n${i}.py`, `n = ${i}\n`]),
    ])
    try {
      await dropFromDisk(ada, join(folder, 'app'))
      await ada.page
        .getByText('Added 2 files. Left out: app/logo.png (not text).', { exact: true })
        .waitFor()
      const wanted = 'app/lib/deep/tool.py app/main.py main.py'
      for (const person of [ada, bo]) {
        await until('list', async () => (await names(person)) === wanted || names(person))
      }
      await nav(bo).getByTitle('app/lib/deep/tool.py', { exact: true }).click()
      await bo.reads('tool = 1\n')
      await nav(bo).getByTitle('app/main.py', { exact: true }).click()
      await bo.reads('import lib.deep.tool\n')
      // The browser hands out a hundred entries at a time; a room lists 64 files.
      await dropFromDisk(ada, join(folder, 'many'))
      await ada.page.getByText(/^Added 61 files\. Left out: .+ and 56 more\.$/).waitFor()
      await ada.status(/^Saved$/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },

  async 'files: a tree of folders, tabs, and where one is, at once'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.type('a = 1\nb = 2')
    await ada.status(/^Saved$/)
    await newFile(ada, 'lib/deep/tool.py')
    await ada.reads('')
    const tabs = ada.page.getByRole('navigation', { name: 'Tabs' })
    const current = tabs.locator('[aria-current]')
    const footer = ada.page.getByRole('contentinfo')
    // Right after the switch, without a key: file, folder, line and column are those of that file.
    equal(await current.textContent(), 'lib/deep/tool.py', 'folder and name of the open file')
    await until('footer', async () => {
      const text = await footer.textContent()
      return (text.includes('Ln 1, Col 1') && text.includes('lib/deep/tool.py')) || text
    })
    await tabs.getByRole('button', { name: 'main.py', exact: true }).click()
    await ada.reads('a = 1\nb = 2')
    await until('footer', async () => {
      const text = await footer.textContent()
      return (text.includes('Ln 2, Col 6') && text.includes('main.py')) || text
    })
    // A closed folder hides its files and tells that it is closed.
    const folder = nav(ada).getByRole('button', { name: 'lib' })
    await folder.click()
    equal(await folder.getAttribute('aria-expanded'), 'false', 'closed')
    equal(await names(ada), 'main.py', 'files of a closed folder')
    await folder.click()
    await nav(ada)
      .getByRole('button', { name: /^tool.py/ })
      .click()
    await ada.reads('')
    // Closing a tab keeps the file and goes to the neighbour; open tabs come back.
    await tabs.getByRole('button', { name: 'Close the tab of lib/deep/tool.py' }).click()
    await ada.reads('a = 1\nb = 2')
    equal(await names(ada), 'lib/deep/tool.py main.py', 'files')
    equal(await tabs.getByRole('listitem').count(), 1, 'tabs')
    await ada.page.reload()
    await ada.ready()
    equal(await tabs.getByRole('listitem').count(), 1, 'tabs after a reload')
    // In one column, too.
    await ada.page.setViewportSize({ width: 390, height: 780 })
    equal(await current.textContent(), 'main.py', 'in one column')
  },

  async 'files: after a deletion the focus is on the neighbour, and one key takes it back'(
    _base,
    room,
  ) {
    const [ada] = await room.gather('Ada')
    await newFile(ada, 'b.py')
    await ada.reads('')
    await newFile(ada, 'c.py')
    await ada.reads('')
    await nav(ada).getByRole('button', { name: /^b.py/ }).focus()
    await ada.press('Delete')
    await until('gone', async () => (await names(ada)) === 'c.py main.py' || names(ada))
    const focused = () => ada.page.evaluate(() => document.activeElement?.getAttribute('title'))
    await until('neighbour', async () => (await focused()) === 'c.py' || focused())
    await ada.press('Control+z')
    await until('back', async () => (await names(ada)) === 'b.py c.py main.py' || names(ada))
  },
}
