// Starts a tandem of the build for one test file, on a free port, and stops it by its own process.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
export const program = process.env.TANDEM_PROGRAM ?? join(root, 'build/tandem')

const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TANDEM_')))

/** Runs the program to its end. */
export const run = (...flags) =>
  new Promise((resolve) => {
    const child = spawn(program, flags, { env: environment() })
    let out = ''
    let err = ''
    child.stdout.on('data', (data) => (out += data))
    child.stderr.on('data', (data) => (err += data))
    child.on('close', (code) => resolve({ code, out, err }))
  })

/** Processes that run; a test that failed stops none of its own. */
const living = new Set()
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

export class Server {
  constructor(flags = []) {
    this.flags = flags
    this.dir = mkdtempSync(join(tmpdir(), 'tandem-test-'))
    this.prefix = [] // a command that runs the program, with its flags
    this.port = 0
    this.log = ''
  }

  async start(env = {}) {
    const flags = ['serve', '--port', String(this.port), '--data', join(this.dir, 'db/tandem.db')]
    const command = [...this.prefix, program]
    this.child = spawn(command[0], [...command.slice(1), ...flags, ...this.flags], {
      env: { ...environment(), ...env },
    })
    const { child } = this
    living.add(child)
    child.stderr.on('data', (data) => (this.log += data))
    this.exited = new Promise((resolve) =>
      child.on('exit', (code, signal) => {
        living.delete(child)
        resolve(code ?? signal)
      }),
    )
    const lines = createInterface({ input: this.child.stdout })
    const ready = new Promise((resolve) => lines.once('line', resolve))
    const line = await Promise.race([ready, this.exited])
    const found = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(String(line))
    if (!found) throw new Error(`tandem did not start: ${line}\n${this.log}`)
    this.port = Number(found[1])
    this.url = `http://127.0.0.1:${this.port}`
    this.ws = `ws://127.0.0.1:${this.port}/ws`
    return this
  }

  async stop(signal = 'SIGTERM') {
    this.child.kill(signal)
    return this.exited
  }

  async remove() {
    const code = this.child.exitCode ?? this.child.signalCode ?? (await this.stop())
    rmSync(this.dir, { recursive: true, force: true })
    return code
  }

  fetch(path, options) {
    return fetch(this.url + path, options)
  }

  /** JSON in, status and JSON out. */
  async call(method, path, body, headers = {}) {
    const options = { method, headers: { ...headers } }
    if (body !== undefined) {
      options.headers['content-type'] ??= 'application/json'
      options.body = typeof body === 'string' ? body : JSON.stringify(body)
    }
    const response = await this.fetch(path, options)
    const text = await response.text()
    let json = null
    try {
      json = JSON.parse(text)
    } catch {
      // not every answer is JSON
    }
    return { status: response.status, headers: response.headers, text, json }
  }

  /** Sends bytes as they are and collects what comes until the server closes or `ms` pass. */
  raw(bytes, ms = 1000) {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1')
      let got = ''
      const done = () => {
        socket.destroy()
        resolve(got)
      }
      const timer = setTimeout(done, ms)
      socket.on('data', (data) => (got += data.toString('latin1')))
      socket.on('error', () => {})
      socket.on('close', () => {
        clearTimeout(timer)
        done()
      })
      socket.write(bytes)
    })
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until `check` gives something true, or fails with what it is about. */
export const until = async (check, about = 'condition', ms = 10000) => {
  const end = Date.now() + ms
  for (;;) {
    const value = await check()
    if (value) return value
    if (Date.now() > end) throw new Error(`timed out: ${about}`)
    await sleep(20)
  }
}
