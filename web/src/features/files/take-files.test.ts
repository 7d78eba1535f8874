import { expect, test } from 'vitest'
import { FILE_BYTES_MAX, UPLOAD_BYTES_MAX } from '../../shared/lib/limits'
import { decodeText, droppedFiles, readTexts } from './take-files'

const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer

test('text is text: line feeds only, no byte order mark, nothing that is no UTF-8', () => {
  expect(decodeText(bytes('a\r\nb\rc\n'))).toBe('a\nb\nc\n')
  expect(decodeText(bytes('\ufeffx = "é日😀"'))).toBe('x = "é日😀"')
  expect(decodeText(Uint8Array.of(0x89, 0x50, 0xff).buffer)).toBeNull()
  expect(decodeText(bytes('a\0b'))).toBeNull()
})

test('what is too large, or no text, is left out by name, and the rest comes in', async () => {
  const file = (content: string | number) =>
    typeof content === 'string'
      ? new File([content], 'f')
      : ({ size: content, arrayBuffer: async () => new ArrayBuffer(0) } as File)
  const quarter = UPLOAD_BYTES_MAX / 4
  const { texts, refused } = await readTexts([
    { path: 'a.py', file: file('x\r\n') },
    { path: 'big.txt', file: file(FILE_BYTES_MAX + 1) },
    { path: 'zero', file: file('\0') },
    ...[1, 2, 3, 4].map((n) => ({ path: `part${n}`, file: file(quarter) })),
  ])
  expect(texts.map(({ path }) => path)).toEqual(['a.py', 'part1', 'part2', 'part3'])
  expect(texts[0]?.text).toBe('x\n')
  expect(refused).toEqual([
    'big.txt (4 MB; a file may have 4 MB)',
    'zero (not text)',
    'part4 (more than 16 MB at once)',
  ])
})

test('a dropped folder brings its files with their path, without what tools and git put there', async () => {
  type Tree = { [name: string]: string | Tree }
  const entryOf = (name: string, content: string | Tree): unknown =>
    typeof content === 'string'
      ? {
          name,
          isFile: true,
          file: (give: (file: File) => void) => give(new File([content], name)),
        }
      : { name, isFile: false, createReader: () => readerOf(content) }
  // Readers give their entries in portions, and an empty one at the end.
  const readerOf = (tree: Tree) => {
    const left = Object.entries(tree).map(([name, content]) => entryOf(name, content))
    return { readEntries: (give: (entries: unknown[]) => void) => give(left.splice(0, 2)) }
  }
  const app: Tree = {
    'main.py': 'a',
    '.git': { HEAD: 'x' },
    __pycache__: { 'main.pyc': 'x' },
    lib: { 'one.py': 'b', 'two.py': 'c', deep: { 'three.py': 'd' } },
  }
  const item = (entry: unknown) => {
    return { kind: 'file', webkitGetAsEntry: () => entry, getAsFile: () => null }
  }
  const items = [item(entryOf('app', app)), item(entryOf('notes.txt', 'n')), { kind: 'string' }]
  const found = await droppedFiles({ items } as unknown as DataTransfer)
  expect(found.map(({ path }) => path)).toEqual([
    'app/main.py',
    'app/lib/one.py',
    'app/lib/two.py',
    'app/lib/deep/three.py',
    'notes.txt',
  ])
})

test('what cannot be read is left out by name, and the rest comes in', async () => {
  const refuse = (_give: unknown, deny: (error: Error) => void) => deny(new Error('not allowed'))
  const secret = { name: 'secret.py', isFile: true, file: refuse }
  const locked = {
    name: 'locked',
    isFile: false,
    createReader: () => ({ readEntries: refuse }),
  }
  const gone = {
    name: 'gone.py',
    isFile: true,
    file: (give: (file: unknown) => void) =>
      give({ size: 1, arrayBuffer: () => Promise.reject(new Error('it was moved')) }),
  }
  const open = {
    name: 'open.py',
    isFile: true,
    file: (give: (file: File) => void) => give(new File(['x'], 'open.py')),
  }
  const items = [secret, locked, gone, open].map((entry) => {
    return { kind: 'file', webkitGetAsEntry: () => entry, getAsFile: () => null }
  })
  const { texts, refused } = await readTexts(
    await droppedFiles({ items } as unknown as DataTransfer),
  )
  expect(texts).toEqual([{ path: 'open.py', text: 'x' }])
  expect(refused).toEqual([
    'secret.py (cannot be read)',
    'locked/ (cannot be read)',
    'gone.py (cannot be read)',
  ])
})
