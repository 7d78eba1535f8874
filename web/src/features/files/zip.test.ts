import { strFromU8, Unzip, UnzipInflate } from 'fflate'
import { expect, test } from 'vitest'
import { entryNames, zipOf } from './zip'

/** By streams, too: unzipSync puts what it finds into an object. */
async function unpack(zip: Blob): Promise<[string, string][]> {
  const found: [string, string][] = []
  const unzip = new Unzip((file) => {
    let text = ''
    file.ondata = (_error, data, last) => {
      text += strFromU8(data)
      if (last) found.push([file.name, text])
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  unzip.push(new Uint8Array(await zip.arrayBuffer()), true)
  return found
}

test('files of any name come home', async () => {
  const files = ['__proto__', 'x.__proto__', 'constructor', 'a/__proto__/b.py', 'é漢😀.py'].map(
    (name) => ({ name, text: `# ${name}\n`.repeat(50) }),
  )
  expect(await unpack(await zipOf(files))).toEqual(files.map(({ name, text }) => [name, text]))
  expect(await unpack(await zipOf([]))).toEqual([])
})

test('entries can be unpacked on every system', () => {
  expect(
    entryNames([
      'a:b.py',
      'con.py',
      'x/NUL',
      'end. ',
      'a\\b',
      '..',
      'a/../b',
      'tab\t.py',
      '\u202egpj.py',
    ]),
  ).toEqual(['a_b.py', '_con.py', 'x/_NUL', 'end__', 'a_b', '__', 'a/__/b', 'tab_.py', '_gpj.py'])
})

test('no entry takes the place of another', () => {
  const names = entryNames(['a.py', 'A.py', 'a?.py', 'a*.py', 'e\u0301.py', '\u00e9.py'])
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(6)
  expect(names.slice(0, 2)).toEqual(['a.py', 'A (2).py'])
})
