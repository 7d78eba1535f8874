// A room's life: name, expiry, end, roles.
import { equal, until } from '../room.mjs'

/** Lets the server's own words through, and adds some of ours to what one person hears. */
async function speakAsServer(person, pattern) {
  let socket = null
  let session = null
  await person.page.routeWebSocket(pattern, (opened) => {
    socket = opened
    const server = opened.connectToServer()
    server.onMessage((message) => {
      const start = message.indexOf('{')
      if (message[0] === EVENT && start > 0) {
        const event = JSON.parse(message.subarray(start).toString())
        if (event.type === 'hello') session = event.session
      }
      opened.send(message)
    })
    opened.onMessage((message) => server.send(message))
  })
  return (event) => socket.send(eventFrame({ session, ...event }))
}

const EVENT = 121

function eventFrame(event) {
  const json = Buffer.from(JSON.stringify(event))
  const length = json.length < 128 ? [json.length] : [(json.length & 127) | 128, json.length >> 7]
  return Buffer.from([EVENT, ...length, ...json])
}

export const rooms = {
  async 'rename, expiry, delete with the name typed'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    await ada.type('kept = 1')
    await bo.reads('kept = 1')
    await ada.command('This room')
    const dialog = ada.page.getByRole('dialog', { name: 'This room' })
    await dialog.getByLabel('Name', { exact: true }).fill('Pairing <b>')
    await dialog.getByRole('button', { name: 'Rename' }).click()
    await bo.page.getByRole('banner').getByText('Pairing <b>').waitFor()
    await dialog.getByText(/deleted after 30 days without a visit/).waitFor()
    await dialog.getByLabel(/Deleted without a visit after/).selectOption('a year')
    await dialog.getByText(/deleted after 365 days without a visit/).waitFor()

    // Bo has no key: he sees the facts and nothing to change them with.
    await bo.page.getByRole('banner').getByText('Pairing <b>').click()
    const other = bo.page.getByRole('dialog', { name: 'This room' })
    await other.getByText(/Only the browser that made the room/).waitFor()
    equal(await other.getByRole('button', { name: 'Delete' }).count(), 0, 'delete for a guest')
    await bo.press('Escape')

    const remove = dialog.getByRole('button', { name: 'Delete' })
    equal(await remove.isDisabled(), true, 'nothing typed')
    await dialog.getByLabel(/to delete this room/).fill('Pairing')
    equal(await remove.isDisabled(), true, 'half typed')
    await dialog.getByLabel(/to delete this room/).fill('Pairing <b>')
    await remove.click()
    await ada.page.getByRole('button', { name: 'New room' }).waitFor()
    // Bo keeps what he has in view, and may take it home.
    await bo.page.getByText('This room was deleted.').waitFor()
    equal(await bo.text(), 'kept = 1', 'text is still there')
    const download = bo.page.waitForEvent('download')
    await bo.page.getByRole('button', { name: 'Download all', exact: true }).click()
    await download
    await bo.page.reload()
    await bo.page.getByRole('heading', { name: 'There is no room here' }).waitFor()
  },

  async 'a room that is not there can be made, with that id'(base, room) {
    const ada = await room.person('Ada')
    const id = `team-${Date.now().toString(36)}`
    await ada.page.goto(`${base}/r/${id}`)
    await ada.page.getByRole('button', { name: 'Make a room with this id' }).click()
    await ada.ready()
    await ada.type('here = 1')
    await ada.status(/^Saved$/)
    equal(new URL(ada.page.url()).pathname, `/r/${id}`, 'address')
    equal(await (await fetch(`${base}/rooms/${id}/code`)).text(), 'here = 1', 'stored')
  },

  async 'a reader reads, and writes again when the role changes'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.type('shared = 1')
    const bo = await room.person('Bo')
    const tell = await speakAsServer(bo, /\/ws\//)
    await bo.page.goto(`${room.base}/r/${room.id}`)
    await bo.ready()
    await bo.reads('shared = 1')
    tell({ type: 'role_changed', role: 'viewer' })
    await bo.page.getByText('You can read here.').waitFor()
    await bo.focus()
    await bo.type('no')
    equal(await bo.text(), 'shared = 1', 'typed by a reader')
    equal(await bo.page.getByRole('button', { name: 'New file' }).count(), 0, 'new file')
    tell({ type: 'role_changed', role: 'editor' })
    await until(
      'bar gone',
      async () => (await bo.page.getByText('You can read here.').count()) === 0,
    )
    await bo.press('Control+End')
    await bo.type('0')
    await ada.reads('shared = 10')
  },

  async 'a full room says so and lets in as soon as there is a place'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.type('inside = 1')
    const bo = await room.person('Bo')
    let full = true
    await bo.page.routeWebSocket(/\/ws\//, (socket) => {
      if (full) socket.close({ code: 1013, reason: 'room_members: the room is full' })
      else socket.connectToServer()
    })
    await bo.page.goto(`${room.base}/r/${room.id}`)
    await bo.page.getByText('This room is full.').waitFor()
    full = false
    await bo.ready()
    await bo.reads('inside = 1')
    equal(await bo.page.getByText('This room is full.').count(), 0, 'still said')
  },
}
