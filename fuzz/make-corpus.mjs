// node fuzz/make-corpus.mjs - write the seed corpora from the vectors. Run it again after changing
// either; what a fuzzer finds is added to fuzz/corpus/<target>/ by hand, under a name that says what it is.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import zlib from 'node:zlib'

const here = path.dirname(fileURLToPath(import.meta.url))
const data = path.join(here, '../tests/vectors/data')
const read = (name) =>
  zlib
    .gunzipSync(fs.readFileSync(path.join(data, name + '.jsonl.gz')))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const SIZE_MAX = 600

function write(target, seeds) {
  const dir = path.join(here, 'corpus', target)
  fs.mkdirSync(dir, { recursive: true })
  seeds.forEach((bytes, i) => fs.writeFileSync(path.join(dir, `seed-${String(i).padStart(3, '0')}`), bytes))
  console.log(`${target}: ${seeds.length}`)
}

const unhex = (text) => Buffer.from(text, 'hex')
const small = (list) => [...new Set(list)].filter((text) => text.length <= 2 * SIZE_MAX)
// Evenly from a long list, so that every file of vectors is met.
const some = (list, count) =>
  list.filter((_, i) => i % Math.max(1, Math.floor(list.length / count)) === 0).slice(0, count)

const updates = [
  'map',
  'array',
  'richtext',
  'xml',
  'subdoc',
  'undo',
  'unicode',
  'conflict',
  'gc-false',
].flatMap((name) => some(small(read(name).flatMap((v) => [v.expect.full, ...v.updates])), 10))
const malformed = some(small(read('malformed').map((v) => v.update)), 30)
write('update', [...updates, ...malformed].map(unhex)) // of both decode and apply
write(
  'state_vector',
  some(small(read('conflict').flatMap((v) => (v.diffs ?? []).map((d) => d.sv))), 20).map(unhex),
)
const chunked = (list) =>
  Buffer.concat(list.flatMap((text) => [Buffer.from(Uint16Array.of(text.length / 2).buffer), unhex(text)]))
write('merge', [
  ...read('merge')
    .slice(0, 16)
    .map((v) => chunked(v.inputs.slice(0, 12))),
  ...some(read('map'), 6).map((v) =>
    chunked([v.expect.full, ...v.updates.slice(0, 6)].filter((text) => text.length < 2000)),
  ),
])
write(
  'any',
  read('lib0')
    .find((v) => v.id === 'lib0/any')
    .vectors.map(([, text]) => unhex(text)),
)
write(
  'relpos',
  some(
    read('relpos').flatMap((v) => v.positions.map((p) => p.encoded)),
    12,
  ).map(unhex),
)
write(
  'snapshot',
  small(read('snapshot').flatMap((v) => v.snapshots.map((s) => s.v1)))
    .slice(0, 16)
    .map(unhex),
)
