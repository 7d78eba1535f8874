import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { seeded } from './testing'
import { writeAgain } from './write-again'

const MAIN = 'file:main'

function copyOf(doc: Y.Doc, clientID: number): Y.Doc {
  const copy = new Y.Doc()
  copy.clientID = clientID
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  return copy
}

/** A room, and a window whose client id is 7. */
function start(text = 'a = 1\nb = 2\n') {
  const room = new Y.Doc()
  room.clientID = 1
  room.getText(MAIN).insert(0, text)
  return { room, mine: copyOf(room, 7) }
}

/** Somebody else writes under id 7, so that what `mine` wrote can never be merged. */
function forge(room: Y.Doc): void {
  const forger = copyOf(room, 7)
  forger.getText(MAIN).insert(0, '# forged, and rather long\n')
  Y.applyUpdate(room, Y.encodeStateAsUpdate(forger))
}

const textOf = (doc: Y.Doc, name = MAIN) => doc.getText(name).toString()

describe('writeAgain', () => {
  test('words that were typed offline stand where they were typed', () => {
    const { room, mine } = start()
    mine.getText(MAIN).insert(5, ' + 1')
    mine.getText(MAIN).insert(16, 'c = "é😀"\n')
    forge(room)
    const again = copyOf(room, 8)
    expect(writeAgain(mine, again)).toBe(true)
    expect(textOf(again)).toBe('# forged, and rather long\na = 1 + 1\nb = 2\nc = "é😀"\n')
  })

  test('what was saved before is not written twice', () => {
    const { room, mine } = start('')
    mine.getText(MAIN).insert(0, 'saved ')
    Y.applyUpdate(room, Y.encodeStateAsUpdate(mine))
    mine.getText(MAIN).insert(6, 'not saved')
    forge(room)
    const again = copyOf(room, 8)
    writeAgain(mine, again)
    expect(textOf(again)).toBe('# forged, and rather long\nsaved not saved')
  })

  test('what was deleted is deleted again', () => {
    const { room, mine } = start()
    mine.getText(MAIN).delete(0, 6)
    mine.getText(MAIN).insert(0, 'x\n')
    const other = copyOf(room, 9)
    other.getText(MAIN).insert(12, 'end\n')
    Y.applyUpdate(room, Y.encodeStateAsUpdate(other))
    const again = copyOf(room, 8)
    writeAgain(mine, again)
    expect(textOf(again)).toBe('x\nb = 2\nend\n')
  })

  test('what others deleted meanwhile leaves the words behind what is still seen', () => {
    const { room, mine } = start()
    mine.getText(MAIN).insert(12, 'mine\n')
    room.getText(MAIN).delete(6, 6)
    const again = copyOf(room, 8)
    writeAgain(mine, again)
    expect(textOf(again)).toBe('a = 1\nmine\n')
  })

  test('files that were made, renamed and deleted', () => {
    const { room, mine } = start()
    room.getMap('files').set('one', { name: 'one.py', language: 'python' })
    room.getMap('files').set('two', { name: 'two.py', language: 'python' })
    Y.applyUpdate(mine, Y.encodeStateAsUpdate(room))
    mine.getMap('files').set('one', { name: 'new.py', language: 'python' })
    mine.getMap('files').delete('two')
    mine.getMap('files').set('three', { name: 'three.py', language: 'python' })
    mine.getText('file:three').insert(0, 'print(3)\n')
    const again = copyOf(room, 8)
    writeAgain(mine, again)
    expect(again.getMap('files').toJSON()).toEqual({
      one: { name: 'new.py', language: 'python' },
      three: { name: 'three.py', language: 'python' },
    })
    expect(textOf(again, 'file:three')).toBe('print(3)\n')
  })

  test('where nothing is lacking nothing is written', () => {
    const { room, mine } = start()
    mine.getText(MAIN).insert(0, 'x')
    Y.applyUpdate(room, Y.encodeStateAsUpdate(mine))
    const again = copyOf(room, 8)
    const before = Y.encodeStateVector(again)
    expect(writeAgain(mine, again)).toBe(false)
    expect(Y.encodeStateVector(again)).toEqual(before)
  })

  // The room that took nothing of mine, written again, is the room that took all of it.
  test('random edits of mine come to the same text as if they had been merged', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seeded(seed)
      const pick = (n: number) => Math.floor(random() * n)
      const { room, mine } = start('0123456789\n')
      const text = mine.getText(MAIN)
      for (let i = 0; i < 12; i++) {
        const at = pick(text.length + 1)
        if (random() < 0.3) text.delete(at, Math.min(1 + pick(3), text.length - at))
        else text.insert(at, ['x', 'é', '日本', '\n', 'word '][pick(5)] ?? '')
      }
      const again = copyOf(room, 8)
      writeAgain(mine, again)
      expect(textOf(again), `seed ${seed}`).toBe(textOf(mine))
    }
  })
})
