// Starts and stops the server under test. Ends only the process it started itself.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const START_MS_MAX = 10_000

/** A port that nobody listens on; the server keeps it over its restarts. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

export class Server {
  constructor(command, port, data) {
    this.command = command
    this.data = data
    this.words = command
      .split(' ')
      .filter(Boolean)
      .map((word) => word.replace('{port}', String(port)).replace('{data}', data))
    this.url = `http://127.0.0.1:${port}`
    this.child = null
    this.ending = false
    this.crash = ''
    mkdirSync(dirname(data), { recursive: true })
  }

  /** One more like this, with other flags and data; its caller starts no other and stops it. */
  async another(flags) {
    const { command, data } = this
    const server = new Server(command + flags, await freePort(), `${data}-${Date.now()}`)
    await server.start()
    return server
  }

  get running() {
    return this.child !== null
  }

  /** What it died of since the last question, '' for nothing. */
  takeCrash() {
    const crash = this.crash
    this.crash = ''
    return crash
  }

  async start() {
    const [program, ...args] = this.words
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
    this.child = child
    child.on('exit', (code, signal) => {
      if (this.child !== child) return
      this.child = null
      if (!this.ending) this.crash = `the server ended by itself: ${signal ?? code}`
    })
    const until = Date.now() + START_MS_MAX
    while (Date.now() < until) {
      if (this.child === null) throw new Error('the server ended at once')
      const alive = await fetch(`${this.url}/healthz`).then(
        (response) => response.ok,
        () => false,
      )
      if (alive) return
      await sleep(50)
    }
    throw new Error('the server did not come up')
  }

  /** As in a power cut. */
  async kill() {
    await this.end('SIGKILL')
  }

  async stop() {
    await this.end('SIGTERM')
  }

  async end(signal) {
    const child = this.child
    if (!child) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    this.ending = true
    child.kill(signal)
    await gone
    this.ending = false
    this.child = null
  }
}
