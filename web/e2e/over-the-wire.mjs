// People in a room who have no window: they speak the protocol alone, which costs a machine little.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../tests/blackbox/typists.mjs', import.meta.url))

/**
 * One in each of these lines, counted from 0; resolves when all are in the room. `go` lets them type
 * their keys and leave, `done` waits until all of it is stored, `end` takes them away at any time.
 */
export async function overTheWire(room, lines, { keys, keyMs }) {
  if (lines.length === 0) return { go: () => {}, done: async () => {}, end: () => {} }
  const url = new URL(room.base)
  const flags = { ws: `ws://${url.host}/ws`, room: room.id, lines, keys, 'key-ms': keyMs }
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const ready = await Promise.race([once(child.stdout, 'data').then(() => true), exit])
  if (ready !== true) throw new Error('typists.mjs ended before it was ready')
  const done = async () => {
    const [code] = await exit
    if (code !== 0) throw new Error(`typists.mjs ended with ${code}`)
  }
  return { go: () => child.stdin.end('go\n'), done, end: () => child.kill() }
}
