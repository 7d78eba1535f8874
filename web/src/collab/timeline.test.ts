import * as encoding from 'lib0/encoding'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Authorship } from './authorship'
import { decodeRows, type HistoryRow } from './history-rows'
import { seeded } from './testing'
import { placesAfter, Timeline } from './timeline'

/** Two people and a log, as a server keeps it. */
class Log {
  readonly rows: HistoryRow[] = []
  readonly docs: Y.Doc[] = []

  constructor(people: number) {
    for (let i = 0; i < people; i++) {
      const doc = new Y.Doc()
      doc.clientID = 100 + i
      doc.on('update', (update: Uint8Array, origin: unknown) => {
        if (origin === 'log') return
        this.rows.push({
          seq: this.rows.length + 1,
          author: i + 1,
          at: 1000 + this.rows.length,
          update,
        })
      })
      this.docs.push(doc)
    }
  }

  text(i: number, file = 'main'): Y.Text {
    const doc = this.docs[i]
    if (!doc) throw new Error('nobody')
    return doc.getText(`file:${file}`)
  }

  sync(): void {
    for (const doc of this.docs) {
      for (const row of this.rows) Y.applyUpdate(doc, row.update, 'log')
    }
  }
}

/** What the texts were after each row, found the slow way. */
function slowTexts(rows: readonly HistoryRow[]): string[] {
  const doc = new Y.Doc()
  return rows.map((row) => {
    Y.applyUpdate(doc, row.update)
    return doc.getText('file:main').toString()
  })
}

describe('timeline', () => {
  test('goes to any moment and back', () => {
    const log = new Log(2)
    const next = seeded(7)
    const random = (below: number) => Math.floor(next() * below)
    for (let i = 0; i < 1_500; i++) {
      const text = log.text(i % 2)
      const at = random(text.length + 1)
      if (random(3) === 0) text.delete(Math.min(at, text.length), Math.min(3, text.length - at))
      else text.insert(at, ['a', 'bc\n', '\u{1F600}'][random(3)] ?? '')
      if (random(20) === 0) log.sync()
    }
    const wanted = slowTexts(log.rows)
    const timeline = new Timeline()
    timeline.add(log.rows.slice(0, 700))
    timeline.add(log.rows.slice(700))
    const check = (index: number) => {
      const moment = timeline.moments[index]
      expect(timeline.textsAt(index).get('main') ?? '').toBe(wanted[(moment?.seq ?? 0) - 1] ?? '')
    }
    const last = timeline.moments.length - 1
    for (const index of [last, 0, 999, 1_000, 1_001, last, -1, 5, 4]) check(index)
    for (let i = 0; i < 200; i++) check(random(last + 1))
  })

  test('knows files and their names at each moment', () => {
    const log = new Log(1)
    const files = log.docs[0]?.getMap('files')
    files?.set('main', { name: 'main.py', language: 'python' })
    log.text(0).insert(0, 'x')
    files?.set('two', { name: 'two.py', language: 'python' })
    log.text(0, 'two').insert(0, 'y')
    const timeline = new Timeline()
    timeline.add(log.rows)
    expect([...timeline.filesAt(1)]).toEqual([['main', 'main.py']])
    expect([...timeline.filesAt(3)]).toEqual([
      ['main', 'main.py'],
      ['two', 'two.py'],
    ])
    expect([...timeline.textsAt(3)]).toEqual([
      ['main', 'x'],
      ['two', 'y'],
    ])
    expect(timeline.textsAt(1).get('two') ?? '').toBe('')
  })

  test('finds moments by row and by time', () => {
    const log = new Log(1)
    for (const letter of 'abc') log.text(0).insert(0, letter)
    const timeline = new Timeline()
    timeline.add(log.rows)
    expect([0, 1, 2, 9].map((seq) => timeline.indexOfSeq(seq))).toEqual([-1, 0, 1, 2])
    expect([999, 1000, 1001, 5000].map((at) => timeline.indexOfTime(at))).toEqual([-1, 0, 1, 2])
  })

  test('a history whose beginning is gone says so', () => {
    const log = new Log(1)
    for (const letter of 'ab') log.text(0).insert(0, letter)
    const whole = new Timeline()
    whole.add([])
    whole.add(log.rows)
    expect(whole.cut).toBe(false)
    const rest = new Timeline()
    rest.add(log.rows.slice(1))
    expect(rest.cut).toBe(true)
  })

  test('a row that waits for another counts when the other comes', () => {
    const log = new Log(1)
    for (const letter of 'ab') log.text(0).insert(0, letter)
    const timeline = new Timeline()
    timeline.add(log.rows.toReversed())
    expect(timeline.moments.length).toBe(1)
    expect(timeline.textsAt(0).get('main')).toBe('ba')
  })
})

test('edits are found in the text they leave behind', () => {
  const log = new Log(1)
  const text = log.text(0)
  text.insert(0, 'one two three')
  log.docs[0]?.transact(() => {
    text.insert(0, 'A')
    text.delete(5, 4)
    text.insert(text.length, 'Z')
  })
  const timeline = new Timeline()
  timeline.add(log.rows)
  const after = timeline.textsAt(1).get('main') ?? ''
  expect(after).toBe('Aone threeZ')
  const places = placesAfter(timeline.moments[1]?.edits ?? [])
  expect(places.map(({ at, length }) => [at, after.slice(at, at + length)])).toEqual([
    [10, 'Z'],
    [5, ''],
    [0, 'A'],
  ])
})

test('authorship tells who wrote a line last', () => {
  const log = new Log(2)
  log.text(0).insert(0, 'one\ntwo\n')
  log.sync()
  log.text(1).insert(5, 'W')
  log.sync()
  const authorship = new Authorship()
  authorship.add(log.rows)
  authorship.add([
    { seq: 9, author: 7, at: 9999, update: Y.encodeStateAsUpdate(log.docs[0] as Y.Doc) },
  ])
  const text = log.text(0)
  expect(text.toString()).toBe('one\ntWwo\n')
  expect(authorship.latest(text, 0, 3)).toMatchObject({ author: 1, at: 1000 })
  expect(authorship.latest(text, 4, 8)).toMatchObject({ author: 2, at: 1001 })
  expect(authorship.latest(text, 3, 3)).toBeNull()
})

test('rows are read as the server writes them', () => {
  const encoder = encoding.createEncoder()
  for (const n of [7, 2 ** 53 - 1, 1_700_000_000_000]) encoding.writeVarUint(encoder, n)
  encoding.writeVarUint8Array(encoder, Uint8Array.of(0, 0))
  const bytes = encoding.toUint8Array(encoder)
  expect(decodeRows(bytes)).toEqual([
    { seq: 7, author: 2 ** 53 - 1, at: 1_700_000_000_000, update: Uint8Array.of(0, 0) },
  ])
  expect(decodeRows(new Uint8Array())).toEqual([])
  expect(() => decodeRows(bytes.subarray(0, -1))).toThrow()
})
