// My caret and my selection belong to me, whatever others write at them.
import { equal, until } from '../room.mjs'

const carets = (person) => person.page.locator('.remote-caret').count()

/** Keys in turn, each seen by all before the next one comes. */
async function inTurn(room, people, words) {
  const keys = words.map((word) => [...word])
  for (let at = 0; keys.some((word) => at < word.length); at += 1) {
    for (const [i, person] of people.entries()) {
      if (keys[i][at] === undefined) continue
      await person.page.keyboard.type(keys[i][at])
      await room.converged(people)
    }
  }
}

/** Boxes of all that matches, in pixels of the page. */
function boxes(person, selector) {
  return person.page.locator(selector).evaluateAll((nodes) =>
    nodes
      .map((node) => node.getBoundingClientRect())
      .filter((box) => box.width > 0)
      .map(({ left, right, top, bottom }) => ({ left, right, top, bottom })),
  )
}

const overlap = (a, b) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1

async function nothingCovered(person, what) {
  const names = await boxes(person, '.remote-tag > span')
  const code = await boxes(person, '.view-line > span > span')
  const covered = names.filter((name) => code.some((each) => overlap(name, each)))
  equal(covered.length, 0, `names over code ${what}`)
  return names.length
}

export const ownCarets = {
  async 'two who begin to type in an empty room write a word each'(_base, room) {
    const people = await room.gather('Ann', 'Bob')
    for (const person of people) await person.focus()
    await inTurn(room, people, ['xyzzyx', 'quuuux'])
    const text = await people[0].text()
    for (const word of ['xyzzyx', 'quuuux']) equal(text.includes(word), true, `${word} in ${text}`)
  },

  async "four at the end of a text write a line each; Enter takes nobody's caret along"(_b, room) {
    const people = await room.gather('Ann', 'Bob', 'Cy', 'Di')
    await people[0].type('# all\n')
    await room.converged()
    for (const person of people) {
      await person.focus()
      await person.press('Control+End')
    }
    const words = ['ann', 'bob', 'cyc', 'did']
    await inTurn(room, people, words)
    for (const person of people) await person.press('Escape', 'Enter')
    await inTurn(room, people, words)
    const lines = (await people[0].text()).split('\n')
    for (const [i, word] of words.entries()) {
      const found = lines.filter((line) => line.startsWith(word) || line.endsWith(word))
      equal(found.length > 0, true, `lines of ${people[i]} in ${lines}`)
    }
    equal(lines.join('').length, '# all'.length + 24, 'letters')
  },

  async 'a selection stays as it is when others type at its edges'(_base, room) {
    const [ann, bob] = await room.gather('Ann', 'Bob')
    await ann.type('one two six')
    await bob.reads('one two six')
    await ann.press('Home', ...Array(4).fill('ArrowRight'), ...Array(3).fill('Shift+ArrowRight'))
    await bob.focus()
    await bob.press('Home', ...Array(4).fill('ArrowRight'))
    await bob.type('<')
    await bob.press('Escape', ...Array(3).fill('ArrowRight'))
    await bob.type('>')
    await ann.reads('one <two> six')
    await ann.type('2')
    equal(await room.converged(), 'one <2> six', 'what was selected is replaced')
  },

  async 'whoever has not clicked yet has no caret for others'(_base, room) {
    const [ann, bob] = await room.gather('Ann', 'Bob')
    await ann.focus()
    await until("Ann's caret", async () => (await carets(bob)) === 1 || carets(bob))
    const people = ann.page.getByRole('complementary', { name: 'People' })
    await people.getByText('Bob').first().waitFor()
    equal(await carets(ann), 0, 'carets of who only reads')
    equal(await people.getByText(/line \d/).count(), 0, 'lines in the list')
    await bob.press('ArrowRight')
    await until("Bob's caret", async () => (await carets(ann)) === 1 || carets(ann))
  },

  async 'a caret goes along with its letters, and stands before what is written at it'(_b, room) {
    const [ann, bob] = await room.gather('Ann', 'Bob')
    await ann.type('x = 1')
    await bob.reads('x = 1')
    await bob.focus()
    await bob.press('Control+End')
    const left = async () => (await boxes(ann, '.remote-caret'))[0]?.left
    await until("Bob's caret", async () => (await left()) !== undefined)
    const end = await left()
    await ann.press('Control+End')
    await ann.type('234')
    await bob.reads('x = 1234')
    equal(Math.round(await left()), Math.round(end), "Bob's caret did not move for Ann")
    await bob.type('5')
    equal(await room.converged(), 'x = 15234', 'what Bob typed')
    await until('it moved', async () => (await left()) > end + 4 || left())
  },

  async 'a file that is not shown keeps my caret while another writes in it'(_base, room) {
    const [ann, bob] = await room.gather('Ann', 'Bob')
    await ann.type('one\ntwo')
    await bob.reads('one\ntwo')
    const files = ann.page.getByRole('navigation', { name: 'Files' })
    await files.getByRole('button', { name: 'New file' }).click()
    await ann.page.getByLabel('Name of the new file').fill('b.py')
    await ann.press('Enter')
    await ann.reads('')
    await bob.focus()
    await bob.press('Control+Home')
    await bob.type('zero\n')
    await bob.press('Control+End')
    await bob.type('2')
    await files.getByRole('button', { name: /^main\.py/ }).click()
    await ann.reads('zero\none\ntwo2')
    await ann.page.keyboard.type('!')
    equal(await room.converged([ann, bob]), 'zero\none\ntwo!2', 'typed where the caret was')
  },

  async 'brackets that were closed and the stops of a snippet hold when another types there'(
    _base,
    room,
  ) {
    const [ann, bob] = await room.gather('Ann', 'Bob')
    await ann.focus()
    await ann.type('f(')
    await ann.press('Escape')
    await bob.reads('f()')
    await bob.focus()
    await bob.press('Home', 'ArrowRight', 'ArrowRight')
    await bob.type('1')
    await bob.press('Escape')
    await ann.reads('f(1)')
    await ann.type('2, ')
    await ann.press('Escape')
    equal(await room.converged(), 'f(2, 1)', 'inside the brackets')
  },

  async 'names stand behind the lines, over no code, and merge at one place'(_base, room) {
    const [ann, bob, cy, di] = await room.gather('Ann', 'Bob', 'Cy', 'Di')
    await ann.focus()
    await ann.page.keyboard.insertText('# the area of a rectangle\nsize = width * height\n\nx = 1')
    await bob.reads('# the area of a rectangle\nsize = width * height\n\nx = 1')
    await bob.focus()
    await bob.press('Control+Home', 'ArrowDown', 'End', 'ArrowLeft')
    for (const person of [cy, di]) {
      await person.focus()
      await person.press('Control+Home', 'ArrowRight', 'ArrowRight')
    }
    const tag = (text) => ann.page.locator('.remote-tag', { hasText: text })
    await tag(/^(Cy|Di) \+1$/).waitFor()
    await tag(/^Bob$/).waitFor()
    equal(await nothingCovered(ann, 'in three lines'), 2, 'names shown')
    await room.shoot('names', ann)
    // In Ann's own line a name stays, and the line is tinted.
    await ann.press('Control+Home')
    await until('tinted', async () => (await ann.page.locator('.shared-line').count()) > 0)
    // A line that fills the view: the name stands in a shorter line beside it.
    await bob.press('Control+End')
    await bob.page.keyboard.insertText(` + ${'y'.repeat(130)}`)
    await bob.press('End')
    await until('moved', async () => {
      const [name] = await boxes(ann, '.remote-tag:has-text("Bob") > span')
      const [line] = await boxes(ann, '.view-line:has-text("yyyy")')
      return (name && line && name.bottom <= line.top + 1) || [name, line]
    })
    await nothingCovered(ann, 'beside a long line')
    await room.shoot('names-long', ann)
  },
}
