import { seeded } from '../src/collab/testing'
import { visibleText } from '../src/collab/visible-text'
import { LabNetwork } from './network'
import { LabPerson } from './person'

const STEPS = 60
const PIECES = ['a', 'b', '\n', 'é', '日本', '😀', '    x', 'one\r\ntwo', '()', 'word ']

/**
 * The stranger may write between the halves of a surrogate pair. Yjs replaces both without an
 * event, so an editor learns of it only in a pause: the one case in which it may lag behind.
 */
const TORN = '\ufffd'
const MENDED_MS = 1_200

/** The editor lets the composed text in before it lets the frames go. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 0))

function piece(random: () => number): string {
  return PIECES[Math.floor(random() * PIECES.length)] ?? ''
}

function edit(person: LabPerson, random: () => number): void {
  const length = person.shown.length
  const place = () => Math.floor(random() * (length + 1))
  const dice = random()
  if (dice < 0.3) {
    const [a, b, c] = [place(), place(), place()]
    const kind = random()
    if (kind < 0.5) person.select({ from: a, to: a })
    else if (kind < 0.75) person.select({ from: a, to: b })
    else person.select({ from: a, to: a }, { from: b, to: c })
  }
  if (dice < 0.5) person.type(piece(random).replace('\r', ''))
  else if (dice < 0.6) person.paste(piece(random) + piece(random))
  else if (dice < 0.7) person.press('deleteLeft')
  else if (dice < 0.75) person.press('deleteRight')
  else if (dice < 0.8) person.press('editor.action.moveLinesUpAction')
  else if (dice < 0.85) person.press('editor.action.copyLinesDownAction')
  else if (dice < 0.95) person.press('undo')
  else person.press('redo')
}

/** A program of another kind writes into the room: carriage returns, marks, pictures. */
function strangerWrites(network: LabNetwork, random: () => number): void {
  const { doc } = network.server
  const text = doc.getText('file:main')
  const before = doc.store.clients.get(doc.clientID)?.length ?? 0
  const at = Math.floor(random() * (text.length + 1))
  const dice = random()
  if (dice < 0.2) text.insertEmbed(at, { image: 'x' })
  else if (dice < 0.4) text.insert(at, '\ufeff')
  else text.insert(at, before % 2 ? '\r\n' : 'x\r')
  network.serverWrote()
}

/**
 * Two or three people edit at once, compose, lose their line and come back; a stranger adds
 * what editors do not show. In the end all documents and the server hold one text, all windows show
 * what is visible of it, and nobody waits for anything.
 */
export async function fuzzProgram(seed: number): Promise<string> {
  const random = seeded(seed)
  const network = new LabNetwork()
  const seats = 2 + (seed % 2)
  const people = Array.from(
    { length: seats },
    (_, seat) => new LabPerson(network, seat, `fuzz-${seed}`),
  )
  const composing = new Set<LabPerson>()
  const compose = (person: LabPerson) => {
    if (composing.delete(person)) person.composed()
    else {
      composing.add(person)
      person.compose(['に', 'にほ', '日本'])
    }
  }
  let fault = ''
  try {
    network.accept()
    network.passAll()
    for (let at = 0; at < STEPS && !fault; at += 1) {
      const person = people[Math.floor(random() * seats)] as LabPerson
      const dice = random()
      if (dice < 0.08) compose(person)
      else if (dice < 0.8) {
        if (!composing.has(person)) edit(person, random)
      } else if (dice < 0.84) strangerWrites(network, random)
      else if (dice < 0.9) network.drop(random)
      else if (dice < 0.94) await turn()
      network.pass(random, Math.floor(random() * 8))
      if (random() < 0.5) {
        // A line that broke is tried again at once.
        dispatchEvent(new Event('online'))
        network.accept()
      }
    }
    for (const person of composing) person.composed()
    for (let round = 0; round < 6; round += 1) {
      await turn()
      dispatchEvent(new Event('online'))
      network.accept()
      network.passAll()
    }
    fault = verdict(people, network)
    if (fault && wholeText(network).includes(TORN)) {
      await new Promise((resolve) => setTimeout(resolve, MENDED_MS))
      fault = verdict(people, network)
    }
  } finally {
    for (const person of people) person.leave()
  }
  return fault && `seed ${seed}: ${fault}`
}

const wholeText = (network: LabNetwork) => network.server.doc.getText('file:main').toString()

function verdict(people: LabPerson[], network: LabNetwork): string {
  const wanted = wholeText(network)
  const visible = visibleText(network.server.doc.getText('file:main')).text
  for (const [index, person] of people.entries()) {
    const { waiting, link } = person.session.state
    if (person.stored !== wanted) return `document of ${index}: ${show(person.stored, wanted)}`
    if (person.shown !== visible) return `editor of ${index}: ${show(person.shown, visible)}`
    if (waiting !== 0 || link !== 'live') return `${index} waits for ${waiting}, is ${link}`
  }
  return ''
}

const show = (one: string, other: string) =>
  `${JSON.stringify(one)} and not ${JSON.stringify(other)}`
