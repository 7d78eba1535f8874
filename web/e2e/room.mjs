// What the scenarios are written with: people, each in a browser profile of their own.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const WAIT_MS = 15_000
// Chromium logs every failed request itself; outages are the subject of some scenarios.
const EXPECTED = /ERR_CONNECTION|Failed to load resource|WebSocket connection/

export async function until(what, check, wait = WAIT_MS) {
  const end = Date.now() + wait
  let last
  for (;;) {
    last = await check()
    if (last === true) return
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(last)}`)
    await sleep(40)
  }
}

export function equal(actual, expected, what) {
  if (actual !== expected) {
    throw new Error(`${what}: ${JSON.stringify(actual)} and not ${JSON.stringify(expected)}`)
  }
}

export class Person {
  constructor(page) {
    this.page = page
  }

  async ready() {
    await this.page.waitForSelector('.monaco-editor .view-lines')
    await this.status(/^(Live|Saved|Saving)$/)
  }

  /** The text as it stands on the screen. */
  text() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('.monaco-editor .view-lines > .view-line')]
        .sort((a, b) => Number.parseFloat(a.style.top) - Number.parseFloat(b.style.top))
        .map((line) => (line.textContent ?? '').replaceAll('\u00a0', ' ').replaceAll('\u200b', ''))
        .join('\n'),
    )
  }

  async reads(wanted, wait) {
    await until('text', async () => (await this.text()) === wanted || (await this.text()), wait)
  }

  async status(pattern, wait) {
    const light = this.page.getByTestId('status')
    await until(
      'status',
      async () => {
        const word = ((await light.textContent()) ?? '').trim()
        return pattern.test(word) || word
      },
      wait,
    )
  }

  async focus() {
    await this.page.locator('.monaco-editor .view-lines').first().click()
  }

  async type(text, delay = 15) {
    await this.page.keyboard.type(text, { delay })
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key)
  }
}

export class Room {
  constructor(browser, base, out) {
    this.browser = browser
    this.base = base
    this.out = out
    this.contexts = []
    this.faults = []
    this.people = []
    this.id = ''
  }

  async person(name, options = {}) {
    const context = await this.browser.newContext({
      viewport: { width: 1200, height: 760 },
      colorScheme: 'dark',
      ...options,
    })
    this.contexts.push(context)
    await context.addInitScript((value) => {
      if (!localStorage.getItem('tandem.name')) localStorage.setItem('tandem.name', value)
    }, name)
    const page = await context.newPage()
    page.on('pageerror', (error) => this.faults.push(String(error).slice(0, 200)))
    page.on('dialog', (dialog) => dialog.accept().catch(() => {}))
    page.on('console', (message) => {
      if (message.type() === 'error' && !EXPECTED.test(message.text())) {
        this.faults.push(message.text().slice(0, 200))
      }
    })
    const person = new Person(page)
    this.people.push(person)
    return person
  }

  /** The first one makes the room by the button, the others come by its link. Names, or [name, options]. */
  async gather(...names) {
    const people = []
    for (const each of names) {
      const [name, options] = [each].flat()
      const person = await this.person(name, options)
      if (this.id === '') {
        await person.page.goto(this.base)
        await person.page.getByRole('button', { name: 'New room' }).click()
        await person.page.waitForURL(/\/r\/.+/)
        this.id = new URL(person.page.url()).pathname.split('/').pop() ?? ''
      } else await person.page.goto(`${this.base}/r/${this.id}`)
      await person.ready()
      people.push(person)
    }
    return people
  }

  /** All windows show one text, and it is what the server has. */
  async converged(people = this.people) {
    const state = async () => {
      const texts = await Promise.all(people.map((person) => person.text()))
      const stored = await (await fetch(`${this.base}/rooms/${this.id}/code`)).text()
      return new Set([...texts, stored]).size === 1 || [stored, ...texts]
    }
    await until('converged', state)
    // Still so a moment later: nothing was under way.
    await sleep(300)
    await until('stays converged', state, 2_000)
    return people[0].text()
  }

  async shoot(name, person = this.people[0]) {
    await person?.page.screenshot({ path: join(this.out, `${name}.png`) })
  }

  async close() {
    for (const context of this.contexts) await context.close().catch(() => {})
  }
}
