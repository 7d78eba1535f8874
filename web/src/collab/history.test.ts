import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { type HistoryPort, RoomHistory, readOverview } from './history'
import type { HistoryRow } from './history-rows'

/** A server with a log that grows, giving two rows a page. */
class Fake implements HistoryPort {
  readonly log: HistoryRow[] = []
  readonly asked: number[] = []
  broken = false
  private readonly doc = new Y.Doc()

  constructor() {
    this.doc.on('update', (update: Uint8Array) => {
      const seq = this.log.length + 1
      this.log.push({ seq, author: 7, at: seq * 1000, update })
    })
  }

  write(letters: string): void {
    for (const letter of letters) this.doc.getText('file:main').insert(0, letter)
  }

  readonly overview = async () =>
    readOverview({
      authors: [{ author: 7, name: 'Ada', color_index: 3 }],
      versions: [],
      last_seq: this.log.length,
    })

  readonly rows = async (after: number) => {
    this.asked.push(after)
    if (this.broken) return null
    const rows = this.log.slice(after, after + 2)
    return { rows, more: after + rows.length < this.log.length }
  }
}

test('history is fetched by pages, and on from there', async () => {
  const server = new Fake()
  server.write('abc')
  const history = new RoomHistory(server)
  expect(history.progress).toBe(0)
  expect(await Promise.all([history.load(), history.load()])).toEqual([true, true])
  expect(server.asked).toEqual([0, 2])
  expect(history.timeline.textsAt(2).get('main')).toBe('cba')
  expect(history.progress).toBe(1)
  expect(history.author(7)).toEqual({ name: 'Ada', color: 3 })
  expect(history.author(8).name).toBe('Somebody')
  server.write('d')
  await history.load()
  expect(server.asked).toEqual([0, 2, 3])
  expect(history.timeline.moments).toHaveLength(4)
})

test('a page that cannot be had is said, and asked for again', async () => {
  const server = new Fake()
  server.write('ab')
  const history = new RoomHistory(server)
  server.broken = true
  expect(await history.load()).toBe(false)
  server.broken = false
  expect(await history.load()).toBe(true)
  expect(history.timeline.textsAt(1).get('main')).toBe('ba')
})

test('names of moments come in, once each', () => {
  const history = new RoomHistory(new Fake())
  history.named({ n: 2, seq: 5, at: 1, name: 'two' })
  history.named({ n: 1, seq: 9, at: 2, name: 'one' })
  history.named({ n: 2, seq: 5, at: 1, name: 'two' })
  expect(history.overview.versions.map(({ name }) => name)).toEqual(['one', 'two'])
})

test('an overview that makes no sense is refused', () => {
  expect(readOverview(null)).toBeNull()
  expect(readOverview({ authors: [] })).toBeNull()
  expect(
    readOverview({
      authors: [{ author: -1, name: 'A' }, { author: 1 }],
      versions: [
        { n: 1, seq: 2 },
        { n: 1, seq: 2, at: 3, name: 4 },
      ],
    }),
  ).toEqual({ authors: new Map(), versions: [{ n: 1, seq: 2, at: 3, name: '' }], lastSeq: 0 })
})
