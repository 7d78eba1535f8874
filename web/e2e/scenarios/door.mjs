// Coming in and letting others in: names, the share sheet, the room's name.
import { equal, until } from '../room.mjs'

export const door = {
  async 'door: who comes by a link is asked one line, and types meanwhile'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.type('x = 1')
    const bo = await room.person('')
    await bo.page.goto(`${room.base}/r/${room.id}`)
    await bo.ready()
    const field = bo.page.getByLabel('Others see you as Guest.')
    await field.waitFor()
    // The text has the focus: nothing stands in the way of typing.
    await bo.press('Control+End')
    await bo.type('23')
    await ada.reads('x = 123')
    equal(await bo.page.getByRole('dialog').count(), 0, 'no dialog')
    await field.fill('Bo')
    await bo.press('Enter')
    await ada.page.getByRole('complementary', { name: 'People' }).getByText('Bo').waitFor()
    equal(await field.count(), 0, 'asked no more')
    // The keys are in the text again.
    await bo.type('4')
    await ada.reads('x = 1234')
    await bo.page.reload()
    await bo.ready()
    equal(await field.count(), 0, 'not asked again')
    equal(await ada.page.getByLabel('Others see you as Guest.').count(), 0, 'Ada has a name')
  },

  async 'door: a room has two words for a name, changed in place by its owner'(_base, room) {
    const [ada, bo] = await room.gather('Ada', 'Bo')
    const told = await (await fetch(`${room.base}/rooms/${room.id}`)).json()
    equal(/^[a-z]+ [a-z]+$/.test(told.name), true, `name at first: ${told.name}`)
    await ada.page.getByRole('banner').getByRole('button', { name: told.name }).click()
    await ada.page.getByLabel('Name of the room').fill('Pairing <b>')
    await ada.press('Enter')
    await bo.page.getByRole('banner').getByText('Pairing <b>').waitFor()
    equal(await ada.page.title(), 'Pairing <b> · Tandem', 'title')
    // Escape leaves it as it was, and the text has the keys.
    await ada.page.getByRole('banner').getByRole('button', { name: 'Pairing' }).click()
    await ada.type('other')
    await ada.press('Escape')
    await ada.page.getByRole('banner').getByText('Pairing <b>').waitFor()
    await ada.type('y = 2')
    await bo.reads('y = 2')
    // Who has no key sees the facts.
    await bo.page.getByRole('banner').getByRole('button', { name: 'Pairing' }).click()
    await bo.page.getByRole('dialog', { name: 'This room' }).waitFor()
  },

  async 'door: one sheet shares: link, id, code for a phone, and what the system sends'(
    base,
    room,
  ) {
    const ada = await room.person('Ada', { permissions: ['clipboard-read', 'clipboard-write'] })
    await ada.page.addInitScript(() => {
      navigator.share = async (what) => {
        window.sent = what
      }
    })
    await ada.page.goto(base)
    await ada.page.getByRole('button', { name: 'New room' }).click()
    await ada.ready()
    equal(await ada.page.getByRole('banner').getByText('Copy').count(), 0, 'copy buttons')
    await ada.page.getByRole('banner').getByRole('button', { name: 'Share' }).click()
    const sheet = ada.page.getByRole('dialog', { name: /^Share/ })
    const clipboard = () => ada.page.evaluate(() => navigator.clipboard.readText())
    await sheet.getByRole('button', { name: 'Copy link' }).click()
    await until('link', async () => (await clipboard()) === ada.page.url() || clipboard())
    await sheet.getByRole('button', { name: 'Copy id' }).click()
    await until('id', async () => ada.page.url().endsWith(`/r/${await clipboard()}`))
    await sheet.getByRole('button', { name: 'Send…' }).click()
    await until('sent', async () =>
      ada.page.evaluate(() => window.sent?.url === location.href || window.sent),
    )
    const code = sheet.getByRole('img', { name: 'QR code of the link' })
    await code.waitFor()
    equal(await readQr(code), ada.page.url(), 'what a camera reads')
  },
}

/** Reads the code as a camera would: from its picture. */
async function readQr(locator) {
  const { default: decode } = await import('qr/decode.js')
  const { data, width, height } = await locator.evaluate(async (svg) => {
    const size = 264
    const copy = svg.cloneNode(true)
    copy.setAttribute('width', size)
    copy.setAttribute('height', size)
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
    const image = new Image()
    image.src = `data:image/svg+xml,${encodeURIComponent(copy.outerHTML)}`
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = size
    canvas.height = size
    const pen = canvas.getContext('2d')
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, size, size)
    pen.drawImage(image, 0, 0)
    return { data: [...pen.getImageData(0, 0, size, size).data], width: size, height: size }
  })
  return decode({ data: Uint8ClampedArray.from(data), width, height })
}
