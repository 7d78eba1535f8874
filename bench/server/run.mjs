// node bench/server/run.mjs --tandem PATH --yload PATH [--traces DIR] [--quick] [--realtime] [--only NAMES]
//   [--json FILE] [--write-docs]
//
// Tandem and its peers under the same load, one after the other in one run; script/bench calls it. The server has the
// last core, the load generator the first. Every workload gets a fresh process of every server. Tandem has one loop
// thread and commits every update to a file; the peers keep documents in memory.
import { execFile, execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { makeTrace } from '../yoke/make-trace.mjs'
import { hocuspocus, tandem, wait, yWebsocket } from './peers.mjs'
import { table } from './table.mjs'

const here = import.meta.dirname
const root = path.join(here, '../..')
const { values: options } = parseArgs({
  options: {
    tandem: { type: 'string' },
    yload: { type: 'string' },
    traces: { type: 'string' },
    quick: { type: 'boolean', default: false },
    realtime: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
  },
})
const { quick } = options
const cores = os.cpus().length
if (cores < 2) throw new Error('one core for the server and one for the load are needed')
const pinned = (core) => ['taskset', '-c', String(core), ...(options.realtime ? ['chrt', '-r', '5'] : [])]
const serverCore = pinned(cores - 1)
const loadCore = pinned(0)

const work = path.join(root, 'build/bench/server')
fs.rmSync(work, { recursive: true, force: true })
fs.mkdirSync(work, { recursive: true })
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }))

const own = tandem(options.tandem, execFileSync(options.tandem, ['--version']).toString().trim().split(' ').at(-1))
const servers = [own, yWebsocket, hocuspocus]
const results = {
  machine: {
    cpu: os.cpus()[0].model,
    cores,
    kernel: os.release(),
    node: process.version,
    date: new Date().toISOString(),
    quick,
    realtime: options.realtime,
  },
  versions: Object.fromEntries(servers.map((s) => [s.name, s.version])),
  document: '',
  found: {},
}

// ---- one measurement ----

let directories = 0
const newDirectory = () => {
  const dir = path.join(work, String(directories++))
  fs.mkdirSync(dir)
  return dir
}

function yload(server, proto, mode, ...args) {
  const lines = path.join(work, 'yload.json')
  fs.rmSync(lines, { force: true })
  const all = [...loadCore.slice(1), options.yload, mode, '--url', server.url, '--proto', proto, '--pid', server.pid]
  all.push('--json', lines, '--quiet', ...args)
  return new Promise((resolve) => {
    execFile(loadCore[0], all.map(String), { timeout: 240000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      let numbers = {}
      try {
        numbers = JSON.parse(fs.readFileSync(lines, 'utf8').trim().split('\n').at(-1))
      } catch {
        numbers.failed = 'no figures'
      }
      if (error) numbers.failed = (stderr.trim() || stdout.trim()).split('\n').slice(-2).join(' / ') || error.message
      if (stdout.includes('[the generator was the limit]')) numbers.generatorLimit = true
      resolve(numbers)
    })
  })
}

async function against(peer, mode, ...args) {
  const server = await peer.start(newDirectory(), serverCore)
  try {
    return await yload(server, peer.proto, mode, ...args)
  } finally {
    await server.stop()
  }
}

// ---- workloads ----

function seedFile() {
  const recorded = options.traces && path.join(options.traces, 'automerge-paper.json.gz')
  const trace = recorded ?? path.join(work, 'trace.json')
  if (!recorded) fs.writeFileSync(trace, JSON.stringify(makeTrace(quick ? 50000 : 200000, 1)))
  const seed = path.join(work, 'seed.upd')
  execFileSync(process.execPath, [path.join(here, 'seed.mjs'), trace, seed])
  results.document = `${recorded ? 'automerge-paper' : 'a synthetic document'}, ${fs.statSync(seed).size} bytes`
  return seed
}

const everybody = (mode, ...args) => async (peer) => against(peer, mode, ...args)
const ownOnly = (measure) => async (peer) => (peer === own ? measure() : undefined)

// From the start of the process until it answers for a stored room.
async function storedRooms() {
  const rooms = quick ? 2000 : 10000
  const dir = newDirectory()
  const maker = await own.start(dir, serverCore)
  const made = await yload(maker, 'y', 'idle', '--rooms', rooms, '--clients', 1, '--room', 'bench', '--secs', 1)
  await maker.stop()
  if (made.failed) return made
  const times = []
  for (let i = 0; i < 5; i++) {
    const began = performance.now()
    const server = await own.start(dir, serverCore)
    const base = server.url.replace('ws:', 'http:').replace('/ws/', '')
    const answers = await Promise.all([fetch(`${base}/readyz`), fetch(`${base}/rooms/bench-${rooms - 1}`)])
    times.push(performance.now() - began)
    await server.stop()
    if (answers.some((a) => !a.ok)) return { failed: `status ${answers.map((a) => a.status)}` }
  }
  return { rooms, ready_ms: times.sort((a, b) => a - b)[2] }
}

// 1,000 stored rooms are joined at once by a server that was just started, while others type and every few milliseconds
// are committed: none of the joins is to wait for the disk.
async function joinsUnderCommits() {
  const dir = newDirectory()
  const cold = ['--room', 'cold', '--rooms', 1000, '--clients', 1, '--writers', 1, '--warm', 0, '--secs', 1]
  const maker = await own.start(dir, serverCore)
  const made = await yload(maker, 'y', 'run', ...cold, '--rate', 5)
  await maker.stop()
  if (made.failed) return made
  const times = []
  for (let i = 0; i < (quick ? 3 : 5); i++) {
    const server = await own.start(dir, serverCore)
    const typing = ['run', '--url', server.url, '--room', 'typing', '--rooms', 40, '--clients', 2, '--writers', 2]
    typing.push('--rate', 50, '--warm', 1, '--secs', 4, '--quiet')
    const command = [...loadCore, options.yload, ...typing].map(String)
    const company = spawn(command[0], command.slice(1), { stdio: 'ignore' })
    const gone = new Promise((resolve) => company.on('exit', resolve))
    await wait(2000)
    const joined = await yload(server, 'y', 'run', ...cold, '--rate', 0.01)
    const code = await gone
    await server.stop()
    if (joined.failed) return joined
    if (code !== 0) return { failed: `those who type: ${code}` }
    times.push(joined.connect_s * 1000)
  }
  return { join_ms: times.sort((a, b) => a - b)[times.length >> 1] }
}

// Latency of honest clients, who were there before, while others send heads slowly, read nothing and flood. All of the
// load shares a core, so the bad company only gets what the honest ones leave.
async function hostile(peer) {
  const server = await peer.start(newDirectory(), serverCore)
  const company = []
  const behind = options.realtime ? ['-r', '1'] : ['--idle', '0']
  const join = (...args) =>
    company.push(spawn('taskset', ['-c', '0', 'chrt', ...behind, ...args.map(String)], { stdio: 'ignore' }))
  try {
    const size = ['--rooms', 50, '--clients', 4, '--writers', 2, '--rate', 5]
    const measured = yload(server, peer.proto, 'run', ...size, '--warm', 6, ...secs(9))
    await wait(1500)
    join(process.execPath, path.join(here, 'hostile.mjs'), server.url, '--slow', 2000, '--deaf', 20)
    const flood = ['--room', 'hostile', '--rooms', 20, '--clients', 10, '--writers', 10, '--window', 200]
    join(options.yload, 'flood', '--url', server.url, '--proto', peer.proto, ...flood, '--secs', 60, '--quiet')
    return await measured
  } finally {
    for (const child of company) child.kill('SIGKILL')
    await server.stop()
  }
}

const secs = (full) => ['--secs', quick ? Math.ceil(full / 3) : full]
const small = ['--rooms', 100, '--clients', 4, '--writers', 2]
const idle = ['idle', '--rooms', 1250, '--clients', 4, '--settle', 3]
const workloads = {
  run: everybody('run', ...small, '--rate', 5, ...secs(6), '--verify'),
  flood: everybody('flood', '--rooms', 100, '--clients', 10, '--writers', 2, '--window', 2, '--joins', 3, ...secs(3)),
  sat: (peer) =>
    against(peer, 'sat', ...small, ...secs(3), '--start', peer === own ? 20000 : 3000),
  idle: everybody(...idle, '--secs', 2),
  'idle with cursors': everybody(...idle, '--secs', 1, '--aware', 1),
  join: (peer) => against(peer, 'join', '--seed', seed, '--joins', 30, '--conc', 50),
  storm: everybody(
    'storm', '--rooms', 500, '--clients', 4, '--writers', 1, '--rate', 1, '--inflight', 4000, '--joins', 3, ...secs(2)
  ),
  ack: ownOnly(() => against(own, 'ack', ...small, '--rate', 10, ...secs(6))),
  'stored rooms': ownOnly(storedRooms),
  'join under commit load': ownOnly(joinsUnderCommits),
  hostile,
}

const wanted = options.only?.split(',') ?? Object.keys(workloads)
const seed = wanted.includes('join') ? seedFile() : undefined
for (const name of wanted) {
  if (!workloads[name]) throw new Error(`no workload '${name}'; there are ${Object.keys(workloads).join(', ')}`)
  results.found[name] = {}
  for (const peer of servers) {
    const numbers = await workloads[name](peer)
    if (!numbers) continue
    results.found[name][peer.name] = numbers
    console.error(`  ${name}: ${peer.name}${numbers.failed ? ` FAILED: ${numbers.failed}` : ''}`)
    await wait(200)
  }
}

const text = table(results)
console.log(text)
if (options.json) fs.writeFileSync(options.json, JSON.stringify(results, null, 1) + '\n')
if (options['write-docs']) {
  const file = path.join(root, 'docs/benchmarks.md')
  const marks = /(<!-- script\/bench server: begin -->\n)[^]*(<!-- end -->)/
  const page = fs.readFileSync(file, 'utf8')
  if (!marks.test(page)) throw new Error(`${file}: the marks of the table are gone`)
  fs.writeFileSync(file, page.replace(marks, (_, begin, end) => `${begin}${text}\n${end}`))
}
if (Object.values(results.found).some((row) => row[own.name]?.failed)) process.exitCode = 1
