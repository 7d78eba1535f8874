// node tests/differential/run.mjs [--seeds A..B] [--program PATH] [-v]
//
// Random programs through real yjs and through yoke, compared in text, JSON, state vector, bytes,
// diffs and merges. Prints the seed of each failure; `--seeds N..N -v` shows it in full.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { compare } from './compare.mjs'
import { makeProgram, requestOf } from './program.mjs'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..5000' },
    program: {
      type: 'string',
      default: fileURLToPath(new URL('../../build/tests/yoke-differential', import.meta.url)),
    },
    verbose: { type: 'boolean', short: 'v', default: false },
  },
})
const [first, last] = values.seeds.split('..').map(Number)
if (!Number.isInteger(first) || !Number.isInteger(last) || last < first) {
  console.error('usage: run.mjs [--seeds A..B] [--program PATH] [-v]')
  process.exit(2)
}

// yjs warns on the console where a type is read in passing; it is no finding.
console.warn = () => {}
console.error = values.verbose ? console.error : () => {}

const IN_FLIGHT = 64
const child = spawn(values.program, { stdio: ['pipe', 'pipe', 'inherit'] })
const lines = createInterface({ input: child.stdout, crlfDelay: Infinity })
const waiting = []
let next = first
let passed = 0
let failed = 0
const shortened = (value) => {
  const text = JSON.stringify(value) ?? 'undefined'
  return values.verbose || text.length < 160 ? text : text.slice(0, 160) + '...'
}

function report(p, findings) {
  if (findings.length === 0) {
    passed++
    return
  }
  failed++
  console.log(`FAIL seed ${p.seed} (${p.flavour} ${p.root}, ${p.mode}, gc ${p.gc})`)
  for (const { field, got, want } of findings) {
    console.log(`  ${field}\n    yoke ${shortened(got)}\n    yjs  ${shortened(want)}`)
  }
  if (values.verbose) console.log('  request ' + JSON.stringify(requestOf(p)))
}

function fill() {
  while (waiting.length < IN_FLIGHT && next <= last) {
    const p = makeProgram(next++)
    waiting.push(p)
    child.stdin.write(JSON.stringify(requestOf(p)) + '\n')
  }
  if (waiting.length === 0 && next > last) child.stdin.end()
}

lines.on('line', (line) => {
  const p = waiting.shift()
  const answer = JSON.parse(line)
  report(p, answer.seed === p.seed ? compare(p, answer) : [{ field: 'seed', got: answer.seed, want: p.seed }])
  fill()
})
child.stdin.on('error', () => {})
child.on('error', (error) => {
  console.log(`${values.program}: ${error.message}`)
  process.exit(2)
})
child.on('close', (code, signal) => {
  if (waiting.length > 0) {
    console.log(`FAIL seed ${waiting[0].seed}: yoke-differential ended (${signal ?? code})`)
    failed++
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed > 0 ? 1 : 0)
})
fill()
