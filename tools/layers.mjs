// Reads every #include of our own headers and fails on an arrow that goes up or sideways.
//   node tools/layers.mjs            check
//   node tools/layers.mjs --graph    print the arrows between floors, for ARCHITECTURE.md
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// A folder may include itself and folders of lower floors.
export const floors = {
  base: 1,
  yoke: 2,
  wire: 3,
  store: 3,
  auth: 3,
  suggest: 3,
  room: 4,
  client: 4,
  sim: 5,
  server: 5,
}

// The engine is one public header to everyone above it; its internals are its own.
const folderOf = (path) => (path.startsWith('yoke/yoke.h') ? 'yoke' : path.split('/')[0])

/** Own includes of one source text, as [line number, included path]. */
export function includesOf(source) {
  const found = []
  source.split('\n').forEach((line, i) => {
    const m = /^\s*#\s*include\s+["<]([^">]+\/[^">]+)[">]/.exec(line)
    if (m && folderOf(m[1]) in floors) found.push([i + 1, m[1]])
  })
  return found
}

/** Why `from` may not include `target`, or null when it may. */
export function fault(from, target) {
  const a = folderOf(from)
  const b = folderOf(target)
  if (a === b) return null
  if (target.startsWith('yoke/src/')) return `${target} is internal to yoke`
  if (floors[b] < floors[a]) return null
  return `${a} (floor ${floors[a]}) must not include ${b} (floor ${floors[b]})`
}

function main() {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.c', '*.h'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((f) => folderOf(f) in floors)
  const arrows = new Map()
  let faults = 0
  for (const file of files) {
    for (const [line, target] of includesOf(readFileSync(file, 'utf8'))) {
      const why = fault(file, target)
      if (why) {
        faults++
        console.error(`${file}:${line}: ${why}`)
      }
      const [a, b] = [folderOf(file), folderOf(target)]
      if (a !== b && !file.includes('/test/')) arrows.set(a, (arrows.get(a) ?? new Set()).add(b))
    }
  }
  if (process.argv.includes('--graph')) {
    for (const a of Object.keys(floors).reverse()) {
      if (arrows.has(a))
        console.log(`${floors[a]}  ${a.padEnd(8)} -> ${[...arrows.get(a)].sort().join(', ')}`)
    }
  }
  if (files.length === 0) {
    console.error('no source files found: run from the project')
    faults++
  }
  process.exitCode = faults ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
