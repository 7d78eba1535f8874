import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { DELETED_MAX } from './deleted-files'
import { fileText, type ReturnedFile, RoomFiles } from './files'
import { Revival } from './revival'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Windows of one room; what one does reaches the others when `meet` is called. */
function windows(count: number, readOnly = false) {
  const base = new Y.Doc()
  base.getMap('files').set('main', { name: 'main.py', language: 'python' })
  base.getMap('files').set('c', { name: 'c.py', language: 'python' })
  fileText(base, 'c').insert(0, 'text')
  const all = Array.from({ length: count }, () => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(base))
    const files = new RoomFiles(doc)
    const revival = new Revival(doc, files)
    revival.readOnly = readOnly
    revival.connected(true)
    const returned: ReturnedFile[] = []
    files.on('returned', (list) => returned.push(...list))
    const write = (text: string) =>
      doc.transact(() => fileText(doc, 'c').insert(fileText(doc, 'c').length, text), 'editor')
    const names = () => files.list().map((file) => file.name)
    return { doc, files, revival, returned, write, names }
  })
  const meet = () => {
    for (const from of all) {
      for (const to of all) {
        if (from !== to) Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc), 'wire')
      }
    }
  }
  return { all, meet, one: all[0] as (typeof all)[0], two: all[1] as (typeof all)[0] }
}

test('what is deleted is told with its name and who did it, and stays in a list', () => {
  const { one, two, meet } = windows(2)
  one.files.remove('c', 'Ann', 5)
  meet()
  const wanted = { id: 'c', name: 'c.py', language: 'python', by: 'Ann', at: 5 }
  for (const { files } of [one, two]) expect(files.deleted()).toEqual([wanted])
  expect(two.names()).toEqual(['main.py'])
  vi.runAllTimers()
  expect(two.files.deleted()).toEqual([wanted])
  two.files.bringBack('c')
  meet()
  expect(one.names()).toEqual(['c.py', 'main.py'])
  expect(one.files.deleted()).toEqual([])
  expect(one.returned).toMatchObject([
    { id: 'c', before: 'c.py', why: 'elsewhere', removedHere: true, clientId: two.doc.clientID },
  ])
})

test('a key typed into a deleted file brings it back', () => {
  const { one, two, meet } = windows(2)
  one.files.remove('c', 'Ann', 5)
  meet()
  two.write('!')
  expect(two.names()).toEqual(['c.py', 'main.py'])
  expect(two.returned.map(({ why }) => why)).toEqual(['edit'])
  meet()
  expect(one.names()).toEqual(['c.py', 'main.py'])
  expect(fileText(one.doc, 'c').toString()).toBe('text!')
})

test('so does what was typed while the deletion was on its way, or while one was offline', () => {
  const { all, one, two, meet } = windows(3)
  two.write(' of two')
  one.files.remove('c', 'Ann', 5)
  meet()
  meet()
  for (const { names, files } of all) {
    expect(names()).toEqual(['c.py', 'main.py'])
    expect(files.deleted()).toEqual([])
  }
  // Two wrote, so two brought it back, and nobody else did.
  expect(one.returned.map(({ clientId }) => clientId)).toEqual([two.doc.clientID])
  vi.runAllTimers()
  expect(fileText(one.doc, 'c').toString()).toBe('text of two')
})

test('after a reload the one who wrote is not known: whoever sees it mends it later', () => {
  const { all, one, two, meet } = windows(3)
  Y.applyUpdate(two.doc, extra(two.doc), 'local copy')
  one.files.remove('c', 'Ann', 5)
  meet()
  expect(two.names()).toEqual(['main.py'])
  vi.runAllTimers()
  meet()
  for (const { names } of all) expect(names()).toEqual(['c.py', 'main.py'])
})

/** Somebody's edit of c.py as an update. */
function extra(base: Y.Doc): Uint8Array {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(base))
  fileText(doc, 'c').insert(0, 'kept ')
  return Y.encodeStateAsUpdate(doc)
}

test('a viewer mends nothing', () => {
  const { one, two, meet } = windows(2, true)
  Y.applyUpdate(two.doc, extra(two.doc), 'local copy')
  one.files.remove('c', 'Ann', 5)
  meet()
  vi.runAllTimers()
  expect(one.names()).toEqual(['main.py'])
  expect(two.names()).toEqual(['main.py'])
})

test('a rename at the same time wins; two deletions are one', () => {
  const { all, one, two, meet } = windows(2)
  one.files.remove('c', 'Ann', 5)
  two.files.rename('c', 'd.py')
  meet()
  for (const { names, files } of all) {
    expect(names()).toEqual(['d.py', 'main.py'])
    expect(files.deleted()).toEqual([])
  }
  one.files.remove('c', 'Ann', 6)
  two.files.remove('c', 'Bo', 7)
  meet()
  vi.runAllTimers()
  expect(one.files.deleted()).toEqual(two.files.deleted())
  expect(one.files.deleted()).toHaveLength(1)
})

test('a name that was given again meanwhile is kept by who has it', () => {
  const { one, two, meet } = windows(2)
  one.files.remove('c', 'Ann', 5)
  one.files.create('c.py')
  meet()
  two.write('!')
  meet()
  expect(one.names()).toEqual(['c (2).py', 'c.py', 'main.py'])
  expect(one.returned[0]).toMatchObject({ name: 'c (2).py', before: 'c.py' })
})

test('each deletes the last file of the other: both can be had again', () => {
  const { all, one, two, meet } = windows(2)
  one.files.remove('c', 'Ann', 5)
  two.files.remove('main', 'Bo', 6)
  meet()
  for (const { names, files } of all) {
    expect(names()).toEqual(['main.py'])
    expect(files.deleted().map(({ name }) => name)).toEqual(['c.py'])
  }
  one.files.bringBack('c')
  expect(one.names()).toContain('c.py')
})

test('another application deletes without a word: named as it was, and back by a key', () => {
  const { one, two, meet } = windows(2)
  one.doc.getMap('files').delete('c')
  meet()
  expect(two.files.deleted()).toMatchObject([{ id: 'c', name: 'c.py', by: '', at: 0 }])
  two.write('!')
  expect(two.names()).toEqual(['c.py', 'main.py'])
})

test('the room forgets the oldest; odd things in the map are no harm', () => {
  const { one } = windows(1)
  for (let i = 0; i < DELETED_MAX + 8; i += 1) {
    one.files.remove(one.files.create(`n${i}.py`), 'Ann', i + 1)
  }
  const names = one.files.deleted().map(({ name }) => name)
  expect(names).toHaveLength(DELETED_MAX)
  expect(names[0]).toBe(`n${DELETED_MAX + 7}.py`)
  expect(one.doc.getMap('deleted').size).toBe(DELETED_MAX)
  const map = one.doc.getMap('deleted')
  map.set('x', 7)
  map.set('', { name: 'empty' })
  map.set('y', { name: '../../etc', at: Number.NaN, by: 4 })
  expect(one.files.deleted()).toHaveLength(DELETED_MAX)
  expect(one.files.list()).toHaveLength(2)
})
