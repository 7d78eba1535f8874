import { seeded } from '../src/collab/testing'
import { LabNetwork } from './network'
import { LabPerson } from './person'

const STEPS = 40
/** Two alphabets that never meet, so every letter tells who wrote it, and each is used once. */
const FIRST_LETTERS = [0x4e00, 0xac00] as const
const ALPHABET = 8_000

interface Writer {
  person: LabPerson
  nextLetter: number
  /** Letters of the other that this one deleted by hand: undo may bring those back. */
  taken: Set<string>
}

const isOf = (index: number) => (letter: string) => {
  const first = FIRST_LETTERS[index] ?? 0
  const code = letter.charCodeAt(0)
  return code >= first && code < first + ALPHABET
}

function letters(writer: Writer, index: number, count: number): string {
  let text = ''
  for (let i = 0; i < count; i += 1) {
    text += String.fromCharCode((FIRST_LETTERS[index] ?? 0) + writer.nextLetter)
    writer.nextLetter += 1
  }
  return text
}

/** What an undo or redo may not do: touch letters of the other that its writer never deleted. */
function judge(before: string[], after: string[], taken: ReadonlySet<string>): string {
  const [then, now] = [new Set(before), new Set(after)]
  const gone = before.filter((letter) => !now.has(letter) && !taken.has(letter))
  const come = after.filter((letter) => !then.has(letter) && !taken.has(letter))
  if (now.size < after.length) return 'doubled letters of the other'
  if (gone.length > 0) return `took ${gone.length} letters of the other`
  if (come.length > 0) return `brought back ${come.length} letters that the other had deleted`
  const stay = (list: string[], other: Set<string>) =>
    list.filter((letter) => other.has(letter) && !taken.has(letter)).join('')
  return stay(before, now) === stay(after, then) ? '' : 'moved letters of the other'
}

function step(
  writers: Writer[],
  index: number,
  random: () => number,
  tally: { undos: number },
): string {
  const writer = writers[index]
  if (!writer) return ''
  const { person } = writer
  const length = person.shown.length
  const place = () => Math.floor(random() * (length + 1))
  const others = () => [...person.shown].filter(isOf(1 - index))
  const before = others()
  const dice = random()
  if (dice < 0.18) {
    const from = place()
    person.select({ from, to: from })
  }
  if (dice < 0.45) person.type(letters(writer, index, 1 + Math.floor(random() * 3)))
  else if (dice < 0.5) person.type('\n')
  else if (dice < 0.56) person.press('deleteLeft')
  else if (dice < 0.62) {
    person.select({ from: place(), to: place() })
    if (random() < 0.5) person.press('deleteRight')
    else person.type(letters(writer, index, 1))
  } else if (dice < 0.67) {
    const [a, b] = [place(), place()]
    person.select({ from: a, to: a }, { from: b, to: b })
    // Another letter for each cursor, or one letter would stand twice.
    person.paste(letters(writer, index, 1), letters(writer, index, 1))
    person.select({ from: a, to: a })
  } else {
    person.press(dice < 0.87 ? 'undo' : 'redo')
    tally.undos += 1
    const fault = judge(before, others(), writer.taken)
    return fault && `${dice < 0.87 ? 'undo' : 'redo'} of ${index} ${fault}`
  }
  const still = new Set(others())
  for (const letter of before) if (!still.has(letter)) writer.taken.add(letter)
  return ''
}

/** '' when all held, else what did not. Counts its undos into `tally`. */
export function undoProgram(seed: number, tally: { undos: number }): string {
  const random = seeded(seed)
  const network = new LabNetwork()
  const writers = [0, 1].map((seat): Writer => {
    const person = new LabPerson(network, seat, `undo-${seed}`)
    return { person, nextLetter: 0, taken: new Set() }
  })
  let fault = ''
  try {
    network.accept()
    network.passAll()
    for (let at = 0; at < STEPS && !fault; at += 1) {
      const index = Math.floor(random() * 2)
      fault = step(writers, index, random, tally)
      if (random() < 0.6) network.pass(random, 1 + Math.floor(random() * 6))
    }
    network.passAll()
    const texts = writers.flatMap(({ person }) => [person.shown, person.stored])
    texts.push(network.server.doc.getText('file:main').toString())
    if (!fault && new Set(texts).size > 1) fault = `texts differ: ${JSON.stringify(texts)}`
  } finally {
    for (const { person } of writers) person.leave()
  }
  return fault && `seed ${seed}: ${fault}`
}
