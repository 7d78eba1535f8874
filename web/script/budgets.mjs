// Fails when a first visit would transfer more than we promise. Reads the build's manifest, so
// run after `npm run build`. Usage: node script/budgets.mjs [dist]
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const KB = 1024
const SHELL_SCRIPT_BYTES_MAX = 85 * KB
const ROOM_BYTES_MAX = 1.05 * KB * KB

const dist = process.argv[2] ?? 'dist'
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))

/** What travels: the brotli sibling where there is one. */
function transferred(file) {
  const path = join(dist, file)
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size
}

/** All files that loading this entry of the manifest brings along, without what is lazy. */
function closure(key, files = new Set()) {
  const chunk = manifest[key]
  if (!chunk || files.has(chunk.file)) return files
  files.add(chunk.file)
  for (const file of [...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file)
  for (const other of chunk.imports ?? []) closure(other, files)
  return files
}

const sum = (files) => [...files].reduce((bytes, file) => bytes + transferred(file), 0)
const keyOf = (ending) => Object.keys(manifest).find((key) => key.endsWith(ending))

const shell = closure('index.html').add('theme.js')
const room = new Set([...shell, 'index.html', 'room-ahead.js', 'favicon.svg'])
for (const ending of ['app/RoomPage.tsx', 'editor/EditorPane.tsx']) {
  const key = keyOf(ending)
  if (!key) throw new Error(`${ending} is not a chunk of its own any more`)
  for (const file of closure(key)) room.add(file)
}
// Workers and fonts are not in the manifest's graph, yet a room loads them.
for (const file of readdirSync(join(dist, 'assets'))) {
  if (/worker.*\.js$/.test(file) || /\.(ttf|woff2?)$/.test(file)) room.add(`assets/${file}`)
}

const shellScript = sum([...shell].filter((file) => file.endsWith('.js')))
let failed = 0
for (const [name, bytes, max] of [
  ['first page, script', shellScript, SHELL_SCRIPT_BYTES_MAX],
  ['first visit to a room, everything', sum(room), ROOM_BYTES_MAX],
]) {
  const verdict = bytes <= max ? 'ok' : 'TOO LARGE'
  if (bytes > max) failed += 1
  console.log(
    `${name}: ${(bytes / KB).toFixed(1)} KB brotli of ${(max / KB).toFixed(0)}: ${verdict}`,
  )
}
process.exit(failed === 0 ? 0 : 1)
