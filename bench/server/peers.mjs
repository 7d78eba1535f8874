// The servers that are measured. Each: {name, version, proto, start(dir, pin) -> {pid, url, startedMs, stop}}, where
// `pin` is the command line that puts a command on its core.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

const here = import.meta.dirname

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

// Starts a process on one core and waits for the line that says that it listens.
function launch(pin, command, args, env, ready) {
  const startedAt = performance.now()
  const child = spawn(pin[0], [...pin.slice(1), command, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  running.add(child)
  const gone = new Promise((resolve) => child.on('exit', resolve))
  const stop = async () => {
    child.kill('SIGTERM')
    if ((await Promise.race([gone, wait(5000)])) === undefined) child.kill('SIGKILL')
    await gone
    running.delete(child)
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${command} does not start: ${output}`)), 20000)
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`${command} ended with ${code}: ${output}`)))
    child.stderr.on('data', (data) => {
      output = (output + data).slice(-2000)
    })
    child.stdout.on('data', (data) => {
      output = (output + data).slice(-2000)
      const found = ready.exec(output)
      if (!found) return
      clearTimeout(timer)
      resolve({ pid: child.pid, port: Number(found[1]), startedMs: performance.now() - startedAt, stop })
    })
  })
}

const versionOf = (name) =>
  JSON.parse(fs.readFileSync(path.join(here, 'node_modules', name, 'package.json'))).version

export const yWebsocket = {
  name: 'y-websocket',
  version: versionOf('@y/websocket-server'),
  proto: 'y',
  async start(dir, pin) {
    const port = await freePort()
    const main = path.join(here, 'node_modules/@y/websocket-server/src/server.js')
    const env = { HOST: '127.0.0.1', PORT: String(port), NODE_ENV: 'production' }
    const server = await launch(pin, process.execPath, [main], env, /running at .* on port (\d+)/)
    return { ...server, url: `ws://127.0.0.1:${port}/` }
  },
}

export const hocuspocus = {
  name: 'Hocuspocus',
  version: versionOf('@hocuspocus/server'),
  proto: 'hocus',
  async start(dir, pin) {
    const main = path.join(here, 'hocuspocus.mjs')
    const env = { NODE_ENV: 'production' }
    const server = await launch(pin, process.execPath, [main], env, /listening on (\d+)/)
    return { ...server, url: `ws://127.0.0.1:${server.port}` }
  },
}

// One loop thread, as the others have one; the store thread shares its core. Every update is committed, and the
// disk flushed, in a real file in `dir`.
export const tandem = (program, version) => ({
  name: 'Tandem',
  version,
  proto: 'y',
  async start(dir, pin) {
    const args = ['serve', '--create-on-join', '--threads', '1', '--port', '0']
    args.push('--data', path.join(dir, 'tandem.db'), '--log-level', 'error')
    // All load comes from one address; what limits a connection stays as it is.
    for (const limit of ['sockets-per-address', 'joins-per-minute', 'rooms-per-minute', 'misses-per-minute'])
      args.push(`--${limit}`, '0')
    const server = await launch(pin, program, args, {}, /listening on http:\/\/127\.0\.0\.1:(\d+)/)
    return { ...server, url: `ws://127.0.0.1:${server.port}/ws/` }
  },
})
