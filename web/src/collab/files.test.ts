import { expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { fileNameProblem, freeName, languageOf } from '../shared/lib/file-names'
import { fileText, RoomFiles, readFiles } from './files'

const seedRoom = () => {
  const doc = new Y.Doc()
  doc.getMap('files').set('main', { name: 'main.py', language: 'python' })
  return { doc, files: new RoomFiles(doc) }
}

test('names: what may be, and a sentence for what may not', () => {
  for (const name of ['a.py', 'tests/test_a.py', 'Größe 2.py', '日本.txt', '.env', 'Makefile']) {
    expect(fileNameProblem(name, ['b.py'])).toBe('')
  }
  expect(fileNameProblem('', [])).toMatch(/needs a name/)
  expect(fileNameProblem('A.py', ['a.py'])).toMatch(/already/)
  expect(fileNameProblem('a:b', [])).toMatch(/cannot have : in it/)
  expect(fileNameProblem('a\u202eb', [])).toMatch(/invisible/)
  for (const name of ['../a', 'a//b', '/a', 'a/', 'a/ b', './a']) {
    expect(fileNameProblem(name, [])).toMatch(/folders/)
  }
  expect(fileNameProblem('é'.repeat(128), [])).toMatch(/255 bytes/)
  expect(freeName('a.py', ['A.py', 'a (2).py'])).toBe('a (3).py')
  expect(freeName('dir.d/Makefile', ['dir.d/makefile'])).toBe('dir.d/Makefile (2)')
  expect(languageOf('a/B.PY')).toBe('python')
  expect(languageOf('notes.md')).toBe('plaintext')
})

test('create, rename, delete, and back again with its text', () => {
  const { doc, files } = seedRoom()
  const id = files.create('utils.py', 'x = 1\r\ny = 2')
  expect(fileText(doc, id).toString()).toBe('x = 1\ny = 2')
  files.rename(id, 'notes.md')
  expect(files.list()).toEqual([
    { id: 'main', name: 'main.py', language: 'python' },
    { id, name: 'notes.md', language: 'plaintext' },
  ])
  const removed = files.remove(id)
  expect(files.list()).toHaveLength(1)
  expect(() => files.remove('main')).toThrow(/at least one/)
  files.create('notes.md')
  expect(files.bringBack(removed.id)).toBe('notes (2).md')
  expect(files.list().find((file) => file.id === id)?.name).toBe('notes (2).md')
  expect(fileText(doc, id).toString()).toBe('x = 1\ny = 2')
  expect(() => files.rename(id, 'main.py')).toThrow(/already/)
})

test('one name given by two people at once shows as two names, the same everywhere', () => {
  const a = seedRoom()
  const doc = new Y.Doc()
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(a.doc))
  const b = { doc, files: new RoomFiles(doc) }
  a.files.create('new.py')
  b.files.create('new.py')
  Y.applyUpdate(b.doc, Y.encodeStateAsUpdate(a.doc))
  Y.applyUpdate(a.doc, Y.encodeStateAsUpdate(b.doc))
  expect(a.files.list()).toEqual(b.files.list())
  expect(a.files.list().map((file) => file.name)).toEqual(['main.py', 'new (2).py', 'new.py'])
})

test('a limit of files is kept, and says itself', () => {
  const { files } = seedRoom()
  files.max = 3
  files.create('a.py')
  const removed = files.remove(files.create('b.py'))
  files.create('c.py')
  expect(() => files.create('d.py')).toThrow('A room may have 3 files.')
  expect(() => files.bringBack(removed.id)).toThrow('A room may have 3 files.')
})

test('documents of strangers: no list, or one with odd things in it', () => {
  const doc = new Y.Doc()
  const files = new RoomFiles(doc)
  expect(files.list()).toEqual([{ id: 'main', name: 'main.py', language: 'python' }])
  files.create('b.py')
  expect(files.list().map((file) => file.id)).toContain('main')
  const map = doc.getMap('files')
  map.set('n', 7)
  map.set('s/../x', { name: '../../etc/passwd' })
  const nested = new Y.Map()
  map.set('m', nested)
  nested.set('name', 'nested.py')
  const names = readFiles(map).map((file) => file.name)
  expect(names).toEqual(['b.py', 'main.py', 'n', 'nested.py', 's_.._x'])
})

test('a deletion by somebody else is told, one of our own is not', () => {
  const { doc, files } = seedRoom()
  const told = vi.fn()
  files.on('removed', told)
  const id = files.create('a.py')
  files.bringBack(files.remove(id).id)
  expect(told).not.toHaveBeenCalled()
  doc.getMap('files').delete(id)
  expect(told).toHaveBeenCalledWith([{ id, name: 'a.py', language: 'python', by: '', at: 0 }])
})
