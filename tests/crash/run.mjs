// Kills the server by SIGKILL again and again while people write, and holds it to every ack it gave.
//   node tests/crash/run.mjs --cycles N [--seed S] [--discard]     (script/crash builds the program for it)
//
// One cycle: start, compare a fresh copy of every room with the ledger, bring all writers back, compare
// again at rest, write, die.  The moment of death is random in time or the k-th pass of a named crash
// point (points.mjs).  A fault ends the run; the database is kept and its place printed.
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { run, Server, sleep, until } from '../blackbox/server.mjs'
import { Random } from '../differential/random.mjs'
import { Admin } from './admin.mjs'
import { Ledger } from './ledger.mjs'
import { points } from './points.mjs'
import { Member, Writer } from './writer.mjs'

const ROOMS = 8
const WRITERS = 40
const WRITE_MS = 400
const FILE_EVERY = 40 // cycles with one database
const DEATH_MS = 5000
const CYCLE_MS_MAX = 120000
const CHECK_EVERY = 10 // cycles between two looks of `tandem check`, where there is one

const flag = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}

class Room {
  constructor(id) {
    this.id = id
    this.ledger = new Ledger()
    this.faults = []
  }

  fault(sentence) {
    this.faults.push(`${this.id}: ${sentence}`)
  }
}

class Harness {
  constructor(seed) {
    this.random = new Random(seed)
    this.kills = new Map()
    this.acked = 0
    this.answers = 0
    this.clean = 0
  }

  /** New rooms, writers and database. */
  reset() {
    const rooms = Array.from({ length: ROOMS }, (_, i) => new Room(`crash-${i}`))
    this.rooms = rooms
    // A third of them in the first room, which so is compacted often.
    this.writers = Array.from({ length: WRITERS }, (_, i) => {
      const room = i % 3 === 0 ? rooms[0] : rooms[i % ROOMS]
      return new Writer(room, `w${i.toString(36)}`, this.random)
    })
    this.admin = new Admin(this.random)
    this.server = new Server(['--create-on-join', '--linger-s', '0', '--threads', '2', '--log-level', 'warn'])
  }

  async retire() {
    for (const { ledger } of this.rooms) this.acked += ledger.acked
    this.answers += this.admin.answers
    await this.server.remove()
  }

  count(how) {
    this.kills.set(how, (this.kills.get(how) ?? 0) + 1)
  }

  /** Where this cycle dies: a crash point, or null for a random moment. */
  choose(fresh) {
    if (this.random.chance(0.3)) return null
    const point = this.random.pick(points)
    if (point.when === 'fresh' && !fresh) return null
    return { ...point, at: `${point.name}:${this.random.int(1, point.hits)}` }
  }

  /** True when the process is up; a crash point may kill it on the way. */
  async start(point) {
    try {
      await this.server.start(point ? { CRASH_AT: point.at } : {})
      return true
    } catch (error) {
      if ((await this.server.exited) !== 'SIGKILL') throw error
      return false
    }
  }

  died() {
    return this.server.child.signalCode !== null || this.server.child.exitCode !== null
  }

  /** Runs `step`; when the server died under it, starts the server again without a crash point. */
  async surviving(point, step) {
    try {
      return await step()
    } catch (error) {
      // A socket may be seen to end long before the process is on a busy machine.
      if (!point || (await Promise.race([this.server.exited, sleep(DEATH_MS)])) !== 'SIGKILL') throw error
      this.count(point.name)
      await this.start(null)
      return step()
    }
  }

  /** Every room as the server alone has it. */
  async verify() {
    const faults = await this.admin.faults(this.server)
    for (const room of this.rooms) {
      const reader = new Member(room)
      await reader.connect(this.server.ws)
      faults.push(...room.ledger.faultsAfterCrash(reader.doc).map((fault) => `${room.id}: ${fault}`))
      await reader.leave()
    }
    return faults
  }

  async reconnect() {
    await Promise.all(this.writers.map((writer) => writer.connect(this.server.ws)))
    await until(() => this.writers.every((writer) => writer.saved), 'all writers are saved', 20000)
  }

  /** All writers are back: nobody misses anything and nothing is there twice. */
  async settle() {
    const faults = []
    const texts = (writers) => new Set(writers.map(({ doc }) => doc.getText('file:main').toString()))
    for (const room of this.rooms) {
      const writers = this.writers.filter((writer) => writer.room === room)
      const reader = new Member(room)
      await reader.connect(this.server.ws)
      await until(() => texts([...writers, reader]).size === 1, `${room.id}: all have one text`)
      faults.push(...room.ledger.faultsAtRest(reader.doc).map((fault) => `${room.id}: ${fault}`))
      await reader.leave()
      room.ledger.prune()
    }
    return [...faults, ...this.rooms.flatMap((room) => room.faults)]
  }

  /** After a death the writers have to come back first. */
  async settleConnected() {
    if (!this.writers.every((writer) => writer.connected)) await this.reconnect()
    return this.settle()
  }

  /** Writes until the server is dead.  Returns how it died. */
  async work(point) {
    let stopped = false
    const timer = setInterval(() => {
      for (const writer of this.writers) if (this.random.chance(0.3)) writer.edit()
    }, 5)
    const admin = this.admin.run(this.server, () => stopped)
    const dead = this.server.exited.then((how) => ((stopped = true), how))
    await Promise.race([dead, sleep(this.random.int(0, WRITE_MS))])
    if (point?.when === 'unload' || (!stopped && this.random.chance(0.4))) await this.unload(dead)
    let how = null
    if (!stopped && (point?.when === 'drain' || (!point && this.random.chance(0.1)))) how = await this.drain()
    else if (!stopped && point) await Promise.race([dead, sleep(WRITE_MS)])
    const met = stopped && how === null
    if (!stopped) await this.server.stop('SIGKILL')
    await dead
    clearInterval(timer)
    await admin
    return how ?? (met ? point.name : point ? `random, ${point.name} not met` : 'random')
  }

  /** SIGTERM.  Either the crash point is met on the way, or the program ends by itself, in time. */
  async drain() {
    const code = await this.server.stop()
    if (code === 'SIGKILL') return this.point.name
    if (code !== 0) throw new Error(`SIGTERM ended with ${code}\n${this.server.log}`)
    this.clean++
    return 'drain'
  }

  /** The first room is left by all; it goes from memory, with a snapshot, and is loaded again. */
  async unload(dead) {
    const writers = this.writers.filter((writer) => writer.room === this.rooms[0])
    await Promise.race([dead, Promise.all(writers.map((writer) => writer.leave()))])
    await Promise.race([dead, sleep(this.random.int(0, 60))])
    await Promise.allSettled(writers.map((writer) => writer.connect(this.server.ws)))
  }

  async check(cycle) {
    if (cycle % CHECK_EVERY !== 0 || !this.canCheck) return []
    const { code, out, err } = await run('check', join(this.server.dir, 'db/tandem.db'))
    return code === 0 ? [] : [`tandem check ends with ${code}: ${out}${err}`]
  }

  /** Returns the faults of one cycle. */
  async cycle(n) {
    const fresh = n % FILE_EVERY === 0
    if (fresh && n > 0) await this.retire()
    if (fresh) this.reset()
    this.point = this.choose(fresh)
    if (!(await this.start(this.point))) {
      this.count(this.point.name)
      this.point = null
      await this.start(null)
    }
    const { point } = this
    const faults = await this.surviving(point, () => this.verify())
    if (faults.length > 0) return faults
    await this.surviving(point, () => this.reconnect())
    faults.push(...(await this.surviving(point, () => this.settleConnected())))
    if (faults.length > 0) return faults
    this.count(await this.work(point))
    await until(() => this.writers.every((writer) => !writer.connected), 'all sockets are closed')
    return this.check(n)
  }
}

/** What `promise` gives, or an error when that takes too long: nothing may hang without a word. */
function within(ms, promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`a cycle did not end within ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

async function main() {
  const cycles = flag('cycles', 20)
  const seed = flag('seed', 1)
  const harness = new Harness(seed)
  harness.canCheck = (await run('--help')).out.includes('tandem check')
  const started = Date.now()
  let passed = 0
  let faults = []
  for (; passed < cycles && faults.length === 0; passed++) {
    try {
      faults = await within(CYCLE_MS_MAX, harness.cycle(passed))
    } catch (error) {
      faults = [error.stack]
    }
    if (faults.length > 0) break
  }
  if (faults.length > 0) {
    await harness.server.stop('SIGKILL')
    console.log(`cycle ${passed} of seed ${seed}, crash point ${harness.point?.at ?? 'none'}`)
    if (!process.argv.includes('--discard')) {
      const kept = `${harness.server.dir}-kept`
      cpSync(harness.server.dir, kept, { recursive: true })
      console.log(`the database is in ${kept}`)
    }
    for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`)
    console.log(`  ${faults.length} faults; log:\n${harness.server.log.slice(-2000)}`)
  }
  await harness.retire()
  const kills = [...harness.kills].sort(([a], [b]) => a.localeCompare(b))
  console.log(`kills: ${kills.map(([how, count]) => `${how} ${count}`).join(', ')}`)
  console.log(
    `${passed} cycles in ${Math.round((Date.now() - started) / 1000)} s, seed ${seed}: ${harness.acked} acked edits, ` +
      `${harness.answers} answered requests, ${kills.length} ways to die, ${harness.clean} clean stops`,
  )
  console.log(`${passed} passed, ${faults.length > 0 ? 1 : 0} failed`)
  process.exit(faults.length > 0 ? 1 : 0)
}

await main()
