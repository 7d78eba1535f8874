import { expect, test } from 'vitest'
import { baseName, filesIn, fileTree, folderOf, shownIds } from './file-tree'

const files = (...names: string[]) =>
  names.map((name) => ({ id: name.toUpperCase(), name, language: 'python' }))

test('folders come first, then files, each by name', () => {
  const tree = fileTree(files('z.py', 'lib/b.py', 'lib/deep/a.py', 'app/x.py', 'a.py'))
  expect(tree.folders.map((folder) => folder.path)).toEqual(['app', 'lib'])
  expect(tree.folders[1]?.folders[0]).toMatchObject({ path: 'lib/deep', name: 'deep' })
  expect(shownIds(tree, new Set())).toEqual([
    'APP/X.PY',
    'LIB/DEEP/A.PY',
    'LIB/B.PY',
    'A.PY',
    'Z.PY',
  ])
  expect(shownIds(tree, new Set(['lib']))).toEqual(['APP/X.PY', 'A.PY', 'Z.PY'])
  expect(filesIn(tree).length).toBe(5)
})

test('a file and a folder of one name stand beside each other', () => {
  const tree = fileTree(files('lib', 'lib/a.py'))
  expect(tree.files.map((file) => file.name)).toEqual(['lib'])
  expect(tree.folders.map((folder) => folder.name)).toEqual(['lib'])
})

test('a name is a folder and a base', () => {
  expect([folderOf('lib/deep/a.py'), baseName('lib/deep/a.py')]).toEqual(['lib/deep/', 'a.py'])
  expect([folderOf('a.py'), baseName('a.py')]).toEqual(['', 'a.py'])
})
