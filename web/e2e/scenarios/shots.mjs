// Not a test: pictures of the states that a person should look at after a change of the look.
const CODE = `def greet(names):
    for name in names:
        print(f"Hello, {name}")


class Counter:
    """Counts what it is told."""

    def __init__(self, start=0):
        self.value = start

    def add(self, by=1):
        self.value += by  # never negative
        return self.value


greet(["Grace", "Guido"])
`

async function two(room, scheme) {
  const people = []
  for (const name of ['Ada', 'Bo', 'Cleo']) {
    const person = await room.person(name, { colorScheme: scheme })
    if (room.id === '') {
      await person.page.goto(room.base)
      await person.page.getByRole('button', { name: 'New room' }).click()
      await person.page.waitForURL(/\/r\/.+/)
      room.id = new URL(person.page.url()).pathname.split('/').pop() ?? ''
    } else await person.page.goto(`${room.base}/r/${room.id}`)
    await person.ready()
    people.push(person)
  }
  const [ada, bo, cleo] = people
  await ada.focus()
  await ada.page.evaluate((text) => navigator.clipboard.writeText(text).catch(() => {}), CODE)
  for (const line of CODE.split('\n')) {
    await ada.page.keyboard.insertText(line)
    await ada.press('Escape', 'Enter', 'Shift+Home', 'Backspace')
  }
  await ada.status(/^(Saved|Live)$/)
  await bo.focus()
  await bo.press('Control+Home', 'ArrowDown', 'ArrowDown', 'End', 'Shift+Home')
  await cleo.focus()
  await cleo.press('Control+Home', ...Array(11).fill('ArrowDown'), 'End')
  await ada.status(/^(Saved|Live)$/)
  await ada.page.waitForTimeout(800)
  await room.shoot(`room-${scheme}`, ada)
}

export const shots = {
  'picture of a room, dark': (_base, room) => two(room, 'dark'),
  'picture of a room, light': (_base, room) => two(room, 'light'),
  async 'picture of the landing page as it moves'(base, room) {
    const ada = await room.person('Ada')
    await ada.page.goto(base)
    await ada.page.waitForTimeout(6_500)
    await room.shoot('landing-moving')
  },
}
