// Imports go down only: app -> features -> collab -> shared, and no feature imports another.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const FLOORS = ['shared', 'collab', 'features', 'app']
const FILE_LINES_MAX = 400
const COMPONENT_LINES_MAX = 200
const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g

const faults = []
for (const entry of readdirSync('src', { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(ts|tsx|css)$/.test(entry.name)) continue
  const path = relative('src', join(entry.parentPath, entry.name))
  const source = readFileSync(join('src', path), 'utf8')
  const lines = source.split('\n').length - 1
  const max = path.endsWith('.tsx') ? COMPONENT_LINES_MAX : FILE_LINES_MAX
  if (lines > max) faults.push(`${path}: ${lines} lines, more than ${max}`)
  const [floor, feature] = path.split('/')
  for (const [, target] of source.matchAll(IMPORT)) {
    const [otherFloor, otherFeature] = join(dirname(path), target).split('/')
    if (FLOORS.indexOf(otherFloor) > FLOORS.indexOf(floor)) {
      faults.push(`${path}: imports upward, ${target}`)
    }
    if (floor === 'features' && otherFloor === 'features' && otherFeature !== feature) {
      faults.push(`${path}: imports another feature, ${target}`)
    }
  }
}
for (const fault of faults) console.error(fault)
console.log(`layers: ${faults.length} faults`)
process.exit(faults.length === 0 ? 0 : 1)
