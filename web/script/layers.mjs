// Imports go down only: app > features > collab > workers > shared. No feature imports another, the
// frame knows features by its list alone, and no files of one floor import each other in a circle.
// Types count: whoever reads a file has to read what it names.
//
// And text is never a key of a plain object: `table[text]` finds what objects inherit for "constructor"
// and "__proto__". A table is a Map or a Set; where a library wants an object, its keys are ours.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const FLOORS = ['shared', 'workers', 'collab', 'features', 'app']
/** What a feature hands in: the one thing that all features share. */
const CONTRACT = 'features/part'
/** Where the application names its features. */
const LISTS = ['app/parts.ts', 'app/App.tsx']
/** What the server says of itself, for tests to compare with. */
const SERVER_DOCS = '../../server/api/docs/'
const FILE_LINES_MAX = 400
const COMPONENT_LINES_MAX = 200
/** Tables by text, and objects made of pairs; with the reason why one may stand. */
const TABLE = /Record<string, (?!unknown\b)[^>]*>+ = \{|Object\.fromEntries\(/
const TABLES_OF_OURS = {
  'shared/monaco/themes.ts': 'names of colours, which Monaco takes as an object',
  'shared/monaco/python.ts': 'states of a tokenizer, which Monaco takes as an object',
  'features/landing/Demo.tsx': 'names of colours, which React takes as an object',
  'collab/wire.ts': 'names of limits that the server told, read by name',
}
const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g

const faults = []
/** path without its ending, to the same of what it imports */
const arrows = new Map()
const plain = (path) => path.replace(/\.(ts|tsx)$/, '')

for (const entry of readdirSync('src', { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(ts|tsx|css)$/.test(entry.name)) continue
  const path = relative('src', join(entry.parentPath, entry.name))
  const source = readFileSync(join('src', path), 'utf8')
  const lines = source.split('\n').length - 1
  const max = path.endsWith('.tsx') ? COMPONENT_LINES_MAX : FILE_LINES_MAX
  if (lines > max) faults.push(`${path}: ${lines} lines, more than ${max}`)
  if (!/\.test\.ts$/.test(path) && !(path in TABLES_OF_OURS)) {
    source.split('\n').forEach((text, i) => {
      if (TABLE.test(text)) faults.push(`${path}:${i + 1}: a table by text is a Map`)
    })
  }
  const targets = [...source.matchAll(IMPORT)].map(([, target]) => join(dirname(path), target))
  arrows.set(plain(path), targets)
  for (const target of targets) faults.push(...judge(path, target))
}
faults.push(...circles())

function judge(path, target) {
  if (path.endsWith('.test.ts') && target.startsWith(SERVER_DOCS)) return []
  const [floor, feature] = path.split('/')
  const [otherFloor, otherFeature] = target.split('/')
  const [from, to] = [FLOORS.indexOf(floor), FLOORS.indexOf(otherFloor)]
  if (from < 0 || to < 0) return [`${path}: no floor holds ${from < 0 ? path : target}`]
  if (to > from) return [`${path}: imports upward, ${target}`]
  if (otherFloor !== 'features' || target === CONTRACT) return []
  if (floor === 'features' && otherFeature !== feature) {
    return [`${path}: imports another feature, ${target}`]
  }
  if (floor === 'app' && !LISTS.includes(path)) return [`${path}: knows a feature, ${target}`]
  return []
}

function circles() {
  const found = []
  const state = new Map()
  const visit = (file, trail) => {
    if (state.get(file) === 'done' || !arrows.has(file)) return
    const at = trail.indexOf(file)
    if (at >= 0) {
      found.push(`circle: ${[...trail.slice(at), file].join(' > ')}`)
      return
    }
    for (const next of arrows.get(file)) visit(next, [...trail, file])
    state.set(file, 'done')
  }
  for (const file of arrows.keys()) visit(file, [])
  return found
}

for (const fault of faults) console.error(fault)
console.log(`layers: ${faults.length} faults`)
process.exit(faults.length === 0 ? 0 : 1)
