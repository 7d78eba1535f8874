// node bench/yoke/run.mjs --bench PATH [--traces DIR] [--quick] [--json FILE]
//
// yoke and its peers on the same work, on this machine, one after the other; script/bench calls it. Prints tables with
// ratios first and writes all numbers as JSON.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { makeTrace } from './make-trace.mjs'
import { VERSIONS } from './peers.mjs'
import { concurrentUpdates, opsOf, readTrace, sequentialUpdates, writeOps, writeUpdates } from './trace.mjs'
import zlib from 'node:zlib'

const here = import.meta.dirname
const { values: options } = parseArgs({
  options: {
    bench: { type: 'string' },
    traces: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})
const runs = options.quick ? 1 : 3
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-yoke-'))
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }))
const results = {
  machine: {
    cpu: os.cpus()[0].model,
    cores: os.cpus().length,
    node: process.version,
    date: new Date().toISOString(),
  },
  versions: Object.fromEntries(
    VERSIONS.map((name) => [
      name,
      JSON.parse(fs.readFileSync(path.join(here, 'node_modules', name, 'package.json'))).version,
    ]),
  ),
  rows: [],
}

function measure(command, args) {
  try {
    return JSON.parse(
      execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 24 })
        .toString()
        .trim()
        .split('\n')
        .at(-1),
    )
  } catch (error) {
    return { failed: (error.stderr?.toString().trim().split('\n').at(-1) || error.message).slice(0, 120) }
  }
}

const yoke = (...args) => measure(options.bench, args.map(String))
const peer = (name, ...args) =>
  measure(process.execPath, ['--expose-gc', path.join(here, 'peer.mjs'), name, ...args.map(String)])

function row(work, trace, numbers) {
  results.rows.push({ work, trace, ...numbers })
  console.error(`  ${trace}: ${work}`)
}

const ms = (result) => (result.failed ? { failed: result.failed } : result.ms)

function sequential(name, file, everything) {
  const trace = readTrace(file)
  const ops = opsOf(trace)
  const flat = path.join(work, name + '.ops')
  const end = path.join(work, name + '.end')
  writeOps(flat, ops, trace.endContent)
  fs.writeFileSync(end, trace.endContent)
  const peers = ['yjs', 'loro', 'json-joy', 'diamond-types']
  if (!options.quick) peers.push('ywasm')
  if (!options.quick && everything) peers.push('automerge')
  const local = Object.fromEntries(
    peers.map((p) => [p, ms(peer(p, 'local', file, ['automerge', 'ywasm'].includes(p) ? 1 : runs))]),
  )
  const own = yoke('local', flat, 11)
  row(`local, ${ops.length} edits, each its own transaction`, name, {
    yoke: ms(own),
    ...local,
    blocks: own.blocks,
  })
  if (!everything) return

  row('the same, with the update of every edit', name, {
    yoke: ms(yoke('local-updates', flat, 11)),
    yjs: ms(peer('yjs', 'local-updates', file, runs)),
  })
  const { updates, full } = sequentialUpdates(ops)
  const updatesFile = path.join(work, name + '.updates')
  const fullFile = path.join(work, name + '.full')
  writeUpdates(updatesFile, updates)
  fs.writeFileSync(fullFile, full)
  row(`apply ${updates.length} received updates one by one`, name, {
    yoke: ms(yoke('apply', updatesFile, end, 7)),
    'yoke, observed': ms(yoke('relay', updatesFile, end, 7)),
    yjs: ms(peer('yjs', 'apply', updatesFile, end, runs)),
    ywasm: ms(peer('ywasm', 'apply', updatesFile, end, runs)),
  })
  state(name, file, fullFile, end)
  row('10,000 updates of one client in reverse order', name, { yoke: ms(yoke('reverse', updatesFile, 5)) })
  growth(name, flat)
}

function state(name, file, fullFile, end) {
  const own = yoke('load', fullFile, end, 31)
  const found = {
    yjs: peer('yjs', 'load', fullFile, end, runs),
    ywasm: peer('ywasm', 'load', fullFile, end, runs),
    loro: peer('loro', 'state', file, runs),
    'json-joy': peer('json-joy', 'state', file, runs),
    'diamond-types': peer('diamond-types', 'state', file, runs),
  }
  // One change a keystroke: playing the trace takes it most of a minute.
  if (!options.quick) found.automerge = peer('automerge', 'state', file, 1)
  const each = (pick) =>
    Object.fromEntries(Object.entries(found).map(([p, r]) => [p, r.failed ? { failed: r.failed } : pick(r)]))
  row('load the full state, text readable', name, { yoke: ms(own), ...each((r) => r.load.ms) })
  row('encode the full state', name, {
    yoke: own.encode,
    'yoke, again': own.encodeAgain,
    ...each((r) => r.encode.ms),
  })
  row('bytes of the full state', name, { unit: 'bytes', yoke: own.bytes, ...each((r) => r.bytes) })
  row('memory of the loaded document', name, {
    unit: 'bytes',
    yoke: own.memory,
    'yoke, peak': own.peak,
    ...each((r) => Math.round(r.memory)),
  })
}

function growth(name, flat) {
  const times = options.quick ? [1, 10] : [1, 10, 100]
  const perEdit = times.map((n) => [n, yoke('repeat', flat, n)])
  row('ns per edit, the trace repeated', name, {
    unit: 'ns',
    ...Object.fromEntries(perEdit.map(([n, r]) => [`yoke x${n}`, r.nsPerEdit ?? { failed: r.failed }])),
  })
  row('delete everything', name, { yoke: ms(yoke('erase', flat, 5)) })
}

function concurrent(name, file) {
  const trace = readTrace(file)
  const updates = concurrentUpdates(trace)
  const updatesFile = path.join(work, name + '.updates')
  const end = path.join(work, name + '.end')
  writeUpdates(updatesFile, updates)
  fs.writeFileSync(end, trace.endContent)
  row(`apply ${updates.length} concurrent updates one by one`, name, {
    yoke: ms(yoke('apply', updatesFile, end, 11)),
    yjs: ms(peer('yjs', 'apply', updatesFile, end, runs)),
    ywasm: ms(peer('ywasm', 'apply', updatesFile, end, runs)),
  })
}

function worstCases() {
  const n = 100000
  const worst = (title, ...args) => row(title, 'worst case', { yoke: ms(yoke(...args)) })
  worst(`${n} concurrent inserts at one place, lowest id first`, 'gap', n, 3)
  worst(`${n} concurrent inserts at one place, shuffled`, 'shuffled', n, 3)
  worst('10000 inserts after one unit, each before another', 'rights', 10000, 3)
  worst(`${n} one-character blocks of two clients in turn`, 'alternate', n, 3)
  worst('1000 maps in one another, deleted', 'nested', 1000, 3)
}

function small() {
  const { failed, empty, short } = yoke('small', 1)
  row('an empty document', 'small', { unit: 'bytes', yoke: failed ? { failed } : empty })
  row('a document with 300 characters', 'small', { unit: 'bytes', yoke: failed ? { failed } : short })
}

// ---- tables ----

const shown = (value, unit) => {
  if (value === undefined) return '-'
  if (typeof value !== 'number') return 'failed'
  if (unit === 'bytes') return value < 8192 ? value + ' B' : (value / 1024).toFixed(0) + ' KiB'
  if (unit === 'ns') return value.toFixed(1) + ' ns'
  return (value < 10 ? value.toFixed(3) : value.toFixed(1)) + ' ms'
}

function printTables() {
  const { cpu, cores, node, date } = results.machine
  console.log(`\n${cpu}, ${cores} cores, node ${node}, ${date.slice(0, 10)}`)
  console.log(
    Object.entries(results.versions)
      .map(([n, v]) => `${n} ${v}`)
      .join(', '),
  )
  console.log('\n| work | trace | yjs / yoke | best peer / yoke | yoke | peers |\n|---|---|--:|--:|--:|---|')
  for (const { work: title, trace, unit, yoke: own, blocks, ...rest } of results.rows) {
    const peers = Object.entries(rest).filter(([name]) => !name.startsWith('yoke'))
    const measured = peers.filter(([, v]) => typeof v === 'number' && v > 0).sort((a, b) => a[1] - b[1])
    const ratio = (v) =>
      typeof v === 'number' && typeof own === 'number' && own > 0 ? (v / own).toFixed(1) + ' x' : '-'
    const best = measured[0] ? `${ratio(measured[0][1])} (${measured[0][0]})` : '-'
    const variants = Object.entries(rest)
      .filter(([name]) => name.startsWith('yoke'))
      .map(([name, v]) => `${name.replace('yoke, ', '').replace('yoke ', '')} ${shown(v, unit)}`)
    const mine = [own === undefined ? null : shown(own, unit), ...variants].filter(Boolean).join('; ')
    const others = peers.map(([name, v]) => `${name} ${shown(v, unit)}`).join(', ') || '-'
    console.log(`| ${title} | ${trace} | ${ratio(rest.yjs)} | ${best} | ${mine} | ${others} |`)
  }
  for (const entry of results.rows) {
    for (const [name, v] of Object.entries(entry))
      if (v?.failed) console.log(`failed: ${name}, ${entry.work}: ${v.failed}`)
  }
}

function traceFiles() {
  if (options.traces) {
    return fs
      .readdirSync(options.traces)
      .filter((f) => /\.json(\.gz)?$/.test(f))
      .sort()
      .map((f) => path.join(options.traces, f))
  }
  const file = path.join(work, 'synthetic.json.gz')
  fs.writeFileSync(file, zlib.gzipSync(JSON.stringify(makeTrace(options.quick ? 20000 : 260000, 1))))
  return [file]
}

const files = traceFiles()
const nameOf = (file) => path.basename(file).replace(/\.json(\.gz)?$/, '')
const main =
  files.find((f) => nameOf(f) === 'automerge-paper') ?? files.find((f) => !f.includes('.concurrent.'))
if (main) sequential(nameOf(main), main, true)
for (const file of files) {
  if (file.includes('.concurrent.')) concurrent(nameOf(file), file)
  else if (file !== main && !options.quick) sequential(nameOf(file), file, false)
}
small()
worstCases()
printTables()
if (options.json) {
  fs.mkdirSync(path.dirname(options.json), { recursive: true })
  fs.writeFileSync(options.json, JSON.stringify(results, null, 1) + '\n')
}
