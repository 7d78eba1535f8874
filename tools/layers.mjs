// Reads every #include of our own headers and fails on an arrow that goes up or sideways: between
// floors, between the wings of one floor, and round a circle of files.
//   node tools/layers.mjs            check
//   node tools/layers.mjs --graph    print the arrows between floors and wings, for ARCHITECTURE.md
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
  host: 5,
  sim: 6,
  server: 6,
  cli: 7,
}

// Folders inside a floor, from the top: each may include those behind it.  `.` is the floor's own
// folder; `test` is its test folder, where that may include more than the folder itself.
export const wings = {
  store: ['test', 'sqlite', 'memory', '.'],
  server: ['.', 'api', 'ws', 'store', 'cluster', 'out', 'http', 'net', 'app'],
}

// Floors in which no circle of files is left.
const withoutCircles = ['store', 'suggest', 'host', 'server']

// The engine is one public header to everyone above it; its internals are its own.
const folderOf = (path) => (path.startsWith('yoke/yoke.h') ? 'yoke' : path.split('/')[0])

// The wing of a file; null where a floor has none.  A folder test/ belongs to what it stands in.
function wingOf(path) {
  const order = wings[folderOf(path)]
  if (!order) return null
  const parts = path.split('/').slice(1, -1)
  if (parts[0] === 'test') return order.includes('test') ? 'test' : '.'
  return parts[0] ?? '.'
}

/** Own includes of one source text, as [line number, included path]. */
export function includesOf(source) {
  const found = []
  source.split('\n').forEach((line, i) => {
    const m = /^\s*#\s*include\s+["<]([^">]+\/[^">]+)[">]/.exec(line)
    if (m && folderOf(m[1]) in floors) found.push([i + 1, m[1]])
  })
  return found
}

function wingFault(from, target) {
  const [a, b] = [wingOf(from), wingOf(target)]
  if (a === b) return null
  const floor = folderOf(from)
  for (const wing of [a, b]) {
    if (!wings[floor].includes(wing)) return `${floor}/${wing} is no wing of tools/layers.mjs`
  }
  if (wings[floor].indexOf(a) < wings[floor].indexOf(b)) return null
  return `${floor}/${a} must not include ${floor}/${b}`
}

/** Why `from` may not include `target`, or null when it may. */
export function fault(from, target) {
  const a = folderOf(from)
  const b = folderOf(target)
  if (a === b) return a in wings ? wingFault(from, target) : null
  if (target.startsWith('yoke/src/')) return `${target} is internal to yoke`
  if (floors[b] < floors[a]) return null
  return `${a} (floor ${floors[a]}) must not include ${b} (floor ${floors[b]})`
}

/**
 * The circles among files, each as the sorted list of its rooms: x.c, x.h and x_internal.h are one
 * room, since who includes the header leans on the code.  `arrows` are [from, target] paths.
 */
export function circlesOf(arrows) {
  const roomOf = (path) => path.replace(/(_internal)?\.[ch]$/, '')
  const next = new Map()
  for (const [from, target] of arrows) {
    const [a, b] = [roomOf(from), roomOf(target)]
    for (const room of [a, b]) if (!next.has(room)) next.set(room, new Set())
    if (a !== b) next.get(a).add(b)
  }
  // Tarjan: rooms that reach each other are one circle.
  const circles = []
  const at = new Map()
  const low = new Map()
  const stack = []
  const visit = (room) => {
    at.set(room, at.size)
    low.set(room, at.get(room))
    stack.push(room)
    for (const other of next.get(room)) {
      if (!at.has(other)) visit(other)
      if (stack.includes(other)) low.set(room, Math.min(low.get(room), low.get(other)))
    }
    if (low.get(room) < at.get(room)) return
    const circle = stack.splice(stack.indexOf(room))
    if (circle.length > 1) circles.push(circle.sort())
  }
  for (const room of next.keys()) if (!at.has(room)) visit(room)
  return circles
}

function printGraph(arrows) {
  const print = (level, groups) => {
    for (const [a, targets] of groups)
      console.log(`${level.padEnd(2)} ${a.padEnd(12)} -> ${[...targets].sort().join(', ')}`)
  }
  const group = (keyOf, within) => {
    const groups = new Map()
    for (const [from, target] of arrows) {
      const [a, b] = [keyOf(from), keyOf(target)]
      if (a !== b && within(from, target)) groups.set(a, (groups.get(a) ?? new Set()).add(b))
    }
    return groups
  }
  const byFloor = group(folderOf, () => true)
  for (const floor of Object.keys(floors).reverse()) {
    if (byFloor.has(floor)) print(String(floors[floor]), [[floor, byFloor.get(floor)]])
    if (!(floor in wings)) continue
    const name = (path) => `${floor}/${wingOf(path)}`
    const byWing = group(name, (from, target) => folderOf(from) === floor && folderOf(target) === floor)
    print(
      '',
      wings[floor]
        .map((w) => `${floor}/${w}`)
        .filter((w) => byWing.has(w))
        .map((w) => [w, byWing.get(w)]),
    )
  }
}

function main() {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.c', '*.h'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((f) => folderOf(f) in floors)
  const arrows = []
  let faults = 0
  const complain = (text) => {
    faults++
    console.error(text)
  }
  for (const file of files) {
    for (const [line, target] of includesOf(readFileSync(file, 'utf8'))) {
      const why = fault(file, target)
      if (why) complain(`${file}:${line}: ${why}`)
      if (!file.includes('/test/')) arrows.push([file, target])
    }
  }
  for (const circle of circlesOf(arrows)) {
    if (withoutCircles.includes(folderOf(circle[0]))) complain(`a circle of files: ${circle.join(' ')}`)
  }
  if (process.argv.includes('--graph')) printGraph(arrows)
  if (files.length === 0) complain('no source files found: run from the project')
  process.exitCode = faults ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
