// Not a test: pictures of the states that a person should look at after a change of the look.
// script/screenshots makes them.
import { equal, until } from '../room.mjs'

const MAIN = `from shapes import Circle, Square


def total_area(shapes):
    """The sum of all areas, in square metres."""
    return sum(shape.area() for shape in shapes)


def largest(shapes):
    best = None
    for shape in shapes:
        if best is None or shape.area() > best.area():
            best = shape
    return best


if __name__ == "__main__":
    shapes = [Circle(2), Square(3), Circle(1.5)]
    print(f"{total_area(shapes):.2f} m²")
    print("largest:", largest(shapes))
`

const SHAPES = `from dataclasses import dataclass
from math import pi


@dataclass
class Circle:
    radius: float

    def area(self):
        return pi * self.radius**2
`

const SQUARE = `

@dataclass
class Square:
    side: float

    def area(self):
        return self.side**2
`

const TEST = `

def test_area_of_a_square():
    assert Square(3).area() == 9
`

/** As from the clipboard: typed lines would be indented once more. */
const paste = (person, text) =>
  person.page.evaluate((value) => {
    const data = new DataTransfer()
    data.setData('text/plain', value)
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    )
  }, text)

const newFile = async (person, name, text) => {
  await person.page.getByRole('button', { name: 'New file' }).click()
  await person.page.getByLabel('Name of the new file').fill(name)
  await person.press('Enter')
  await person.reads('')
  await paste(person, text)
  await person.status(/^Saved$/)
}

const openFile = (person, name) =>
  person.page.getByRole('navigation', { name: 'Files' }).getByTitle(name, { exact: true }).click()

const go = (person, line, ...keys) =>
  person.press('Control+Home', ...Array(line - 1).fill('ArrowDown'), ...keys)

/** A room with a name, three files and four people who all wrote, seen by Ada. */
async function busy(room, scheme) {
  const [ada] = await room.gather(['Ada', { colorScheme: scheme }])
  const key = await ada.page.evaluate((id) => localStorage.getItem(`tandem.owner.${id}`), room.id)
  await fetch(`${room.base}/rooms/${room.id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ name: 'Shapes' }),
  })
  await paste(ada, MAIN)
  await newFile(ada, 'shapes.py', SHAPES)
  await newFile(ada, 'tests/test_area.py', 'from shapes import Square\n')
  await openFile(ada, 'main.py')
  const [bo, cleo, dan] = await room.gather('Bo', 'Cleo', 'Dan')
  await openFile(cleo, 'tests/test_area.py')
  await cleo.press('Control+End')
  await paste(cleo, TEST)
  await cleo.status(/^Saved$/)
  await openFile(cleo, 'main.py')
  await openFile(dan, 'shapes.py')
  await dan.press('Control+End')
  await paste(dan, SQUARE)
  await dan.status(/^Saved$/)
  await bo.focus()
  await go(bo, 14, 'End')
  await bo.type('  # None of no shapes', 60)
  await bo.status(/^Saved$/)
  await go(bo, 6, 'End', 'Shift+Home')
  await cleo.focus()
  await go(cleo, 12, 'End')
  await go(ada, 19, 'End')
  // The note about who joined comes three seconds later at the latest, and goes after five.
  await ada.page.mouse.move(600, 650)
  await ada.page.waitForTimeout(3_500)
  const notes = ada.page.getByRole('region', { name: 'Notes' })
  await until('notes are gone', async () => (await notes.textContent()) === '')
  return { ada, bo, cleo }
}

async function talk(ada, bo) {
  const say = async (person, text) => {
    await person.press('Control+Shift+y')
    await person.page.getByLabel('Message', { exact: true }).fill(text)
    await person.press('Enter')
  }
  await say(ada, 'Shall `Square` take its side by name?')
  await say(bo, 'Yes, like this:\n```\nSquare(side=3)\n```')
  await say(ada, 'Then #L6 has to follow.')
  await ada.page.locator('section[aria-label="Chat"] ol').getByText('has to follow').waitFor()
  await ada.page.waitForTimeout(300)
}

async function pictures(room, scheme) {
  const { ada, bo, cleo } = await busy(room, scheme)
  // A caret that moved shows its name for two seconds.
  await bo.press('Shift+ArrowRight')
  await cleo.press('ArrowLeft')
  await ada.page.waitForTimeout(200)
  await bo.press('Shift+ArrowLeft')
  await cleo.press('ArrowRight')
  await ada.page.waitForTimeout(700)
  await room.shoot(`room-${scheme}`, ada)
  await ada.press('F1')
  await ada.type('f')
  await ada.page.waitForTimeout(200)
  await room.shoot(`palette-${scheme}`, ada)
  await ada.press('Escape', 'Alt+Shift+l')
  await ada.page.getByText('Following Bo').waitFor()
  await ada.page.waitForTimeout(300)
  await room.shoot(`following-${scheme}`, ada)
  await talk(ada, bo)
  await go(cleo, 14, 'End')
  await ada.page.waitForTimeout(700)
  await room.shoot(`chat-${scheme}`, ada)
  await ada.press('Alt+Shift+h')
  await ada.page.getByRole('slider', { name: 'Moment' }).waitFor()
  const shown = ada.page.locator('section[aria-label="History"] header')
  await shown.getByText('Bo, main.py').waitFor()
  // Back to what Dan wrote, through all that Bo did.
  for (let key = 0; key < 40 && (await shown.getByText('Dan').count()) === 0; key += 1) {
    await ada.press('ArrowLeft')
  }
  await ada.page.waitForTimeout(500)
  await room.shoot(`history-${scheme}`, ada)
  await ada.press('Escape', 'Control+,')
  await ada.page.getByRole('dialog').waitFor()
  await room.shoot(`settings-${scheme}`, ada)
  await ada.press('Escape')
  await ada.command('This room')
  await ada.page.getByRole('dialog').waitFor()
  await room.shoot(`room-dialog-${scheme}`, ada)
  await ada.press('Escape')
  await ada.page.getByRole('button', { name: 'Share' }).click()
  await ada.page.getByRole('img', { name: 'QR code of the link' }).waitFor()
  await room.shoot(`share-${scheme}`, ada)
  await ada.press('Escape')
  await ada.page.getByRole('button', { name: 'Stop', exact: true }).click()
  await ada.page.setViewportSize({ width: 390, height: 780 })
  for (const tab of ['Code', 'Files', 'People', 'Chat']) {
    await ada.page.getByRole('tab', { name: tab }).click()
    await ada.page.waitForTimeout(300)
    await room.shoot(`mobile-${tab.toLowerCase()}-${scheme}`, ada)
  }
}

async function alone(room, scheme, server) {
  const [ada] = await room.gather(['Ada', { colorScheme: scheme }])
  await room.shoot(`alone-${scheme}`, ada)
  await ada.page.keyboard.insertText('answer = 42')
  await ada.status(/^Saved$/)
  await server.kill()
  await ada.status(/^Offline/)
  await ada.type('  # kept here')
  await ada.page.waitForTimeout(300)
  await room.shoot(`offline-${scheme}`, ada)
  await ada.page.setViewportSize({ width: 390, height: 780 })
  await ada.page.waitForTimeout(300)
  await room.shoot(`mobile-offline-${scheme}`, ada)
}

async function landing(room, scheme) {
  const ada = await room.person('Ada', { colorScheme: scheme })
  await ada.page.goto(room.base)
  await ada.page.waitForTimeout(6_500)
  await room.shoot(`landing-${scheme}`, ada)
  equal(await ada.page.title(), 'Tandem', 'title')
}

export const shots = {
  'picture of a room, dark': (_base, room) => pictures(room, 'dark'),
  'picture of a room, light': (_base, room) => pictures(room, 'light'),
  'picture of being alone and offline, dark': (_base, room, server) => alone(room, 'dark', server),
  'picture of being alone and offline, light': (_base, room, server) =>
    alone(room, 'light', server),
  'picture of the landing page, dark': (_base, room) => landing(room, 'dark'),
  'picture of the landing page, light': (_base, room) => landing(room, 'light'),
}
