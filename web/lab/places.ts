import { seeded } from '../src/collab/testing'
import { LabNetwork } from './network'
import { type Cut, LabPerson } from './person'

const PEOPLE_MAX = 4
const KEYS_MAX = 6
/** Alphabets that never meet, so every letter tells who wrote it. */
const ALPHABETS = ['abcdef', 'ghijkl', 'mnopqr', 'stuvwx'] as const
const TEXTS = ['', 'ONE TWO', 'ONE\nTWO\n'] as const

/** What others type reaches one at once, a key later, or when all is typed. */
const DELIVERIES = ['at once', 'a key later', 'in the end'] as const
type Delivery = (typeof DELIVERIES)[number]

interface Start {
  network: LabNetwork
  people: LabPerson[]
}

/** Some people in one text, each with the same caret or selection. */
function gather(seats: number, content: string, cut: Cut, name: string): Start {
  const network = new LabNetwork()
  network.server.doc.getText('file:main').insert(0, content)
  const people = Array.from({ length: seats }, (_, seat) => new LabPerson(network, seat, name))
  network.accept()
  network.passAll()
  for (const person of people) person.select(cut)
  return { network, people }
}

function leave({ people }: Start): void {
  for (const person of people) person.leave()
}

/** '' when each one's keys stand together, in their order, and all have one text. */
function verdict({ network, people }: Start, keys: readonly string[]): string {
  network.passAll()
  const texts = people.flatMap(({ shown, stored }) => [shown, stored])
  texts.push(network.server.doc.getText('file:main').toString())
  const [text = ''] = texts
  if (new Set(texts).size > 1) return `texts differ: ${JSON.stringify(texts)}`
  const torn = keys.find((word) => !text.includes(word))
  return torn === undefined ? '' : `${JSON.stringify(torn)} is torn: ${JSON.stringify(text)}`
}

/** Several people at one place type a word each, with a network that is never in step. */
export function placesProgram(seed: number): string {
  const random = seeded(seed)
  const pick = (below: number) => Math.floor(random() * below)
  const seats = 2 + pick(PEOPLE_MAX - 1)
  const content = TEXTS[pick(TEXTS.length)] ?? ''
  const from = pick(content.length + 1)
  const keys = ALPHABETS.slice(0, seats).map((letters) => {
    const word = letters.slice(0, 1 + pick(KEYS_MAX))
    // Enter is a key as well.
    return word.length > 3 && random() < 0.3 ? `${word.slice(0, 2)}\n${word.slice(3)}` : word
  })
  const start = gather(seats, content, { from, to: from }, `places-${seed}`)
  const typed = keys.map(() => 0)
  try {
    for (;;) {
      const left = start.people.flatMap((_, i) =>
        (typed[i] ?? 0) < (keys[i] ?? '').length ? [i] : [],
      )
      if (left.length === 0) break
      const who = left[pick(left.length)] ?? 0
      start.people[who]?.type(keys[who]?.[typed[who] ?? 0] ?? '')
      typed[who] = (typed[who] ?? 0) + 1
      if (random() < 0.7) start.network.pass(random, 1 + pick(6))
    }
    const fault = verdict(start, keys)
    return fault && `seed ${seed}: ${fault}`
  } finally {
    leave(start)
  }
}

/** Somebody has a selection, others type at its edges; the next key takes only what was selected. */
export function edgesProgram(seed: number): string {
  const random = seeded(seed)
  const pick = (below: number) => Math.floor(random() * below)
  const [from, to] = [pick(3), 4 + pick(4)]
  const backward = random() < 0.5
  const start = gather(3, 'ONE TWO', { from, to: from }, `edges-${seed}`)
  const [owner, ...others] = start.people
  try {
    owner?.select(backward ? { from: to, to: from } : { from, to })
    const places = others.map(() => (random() < 0.5 ? from : to))
    others.forEach((person, i) => {
      const place = places[i] ?? 0
      person.select({ from: place, to: place })
    })
    for (let key = 0; key < 4; key += 1) {
      others.forEach((person, i) => {
        person.type(ALPHABETS[i]?.[key] ?? '')
        start.network.pass(random, pick(6))
      })
    }
    start.network.passAll()
    owner?.type('!')
    const keys = others.map((_, i) => ALPHABETS[i]?.slice(0, 4) ?? '')
    const fault = verdict(start, keys) || onlySelected(owner?.shown ?? '', from, to)
    return fault && `edges, seed ${seed}: ${fault}`
  } finally {
    leave(start)
  }
}

function onlySelected(text: string, from: number, to: number): string {
  const wanted = `${'ONE TWO'.slice(0, from)}!${'ONE TWO'.slice(to)}`
  const left = [...text].filter((letter) => !/[a-z]/.test(letter)).join('')
  return left === wanted ? '' : `${JSON.stringify(left)} is left, and not ${JSON.stringify(wanted)}`
}

/** All orders in which people can press their keys, as lists of who is next. */
export function* orders(seats: number, keys: number): Generator<number[]> {
  const left = Array.from({ length: seats }, () => keys)
  const order: number[] = []
  function* go(): Generator<number[]> {
    if (order.length === seats * keys) {
      yield order
      return
    }
    for (let who = 0; who < seats; who += 1) {
      if ((left[who] ?? 0) === 0) continue
      left[who] = (left[who] ?? 0) - 1
      order.push(who)
      yield* go()
      order.pop()
      left[who] = (left[who] ?? 0) + 1
    }
  }
  yield* go()
}

/** One order of keys at the start of an empty text. */
export function orderProgram(order: readonly number[], delivery: Delivery): string {
  const seats = Math.max(...order) + 1
  const start = gather(seats, '', { from: 0, to: 0 }, `${delivery}-${order.join('')}`)
  const keys = Array.from({ length: seats }, () => '')
  try {
    for (const who of order) {
      const key = ALPHABETS[who]?.[keys[who]?.length ?? 0] ?? ''
      if (delivery === 'a key later') start.network.passAll()
      start.people[who]?.type(key)
      keys[who] += key
      if (delivery === 'at once') start.network.passAll()
    }
    const fault = verdict(start, keys)
    return fault && `order ${order.join('')}, ${delivery}: ${fault}`
  } finally {
    leave(start)
  }
}

/** Every order of `seats` people with `keys` keys each; the faults, and how many programs ran. */
export function allOrders(seats: number, keys: number): { programs: number; faults: string[] } {
  const report = { programs: 0, faults: [] as string[] }
  for (const order of orders(seats, keys)) {
    for (const delivery of DELIVERIES) {
      const fault = orderProgram(order, delivery)
      report.programs += 1
      if (fault) report.faults.push(fault)
    }
    if (report.faults.length > 0) break
  }
  return report
}
