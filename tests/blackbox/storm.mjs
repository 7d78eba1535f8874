// Everything at once, with resets and hang-ups, and SIGTERM amid it: for a server that was built to find data races
// (script/tsan). What is answered is looked at elsewhere; here it must be much, and the process must end well.
//   TANDEM_PROGRAM=PATH node tests/blackbox/storm.mjs [--rounds N] [--seconds N]
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { Client } from './client.mjs'
import { metric } from './raw.mjs'
import { Server, sleep } from './server.mjs'

const option = (initial) => ({ type: 'string', default: initial })
const { values: options } = parseArgs({
  options: { rounds: option('6'), seconds: option('15') },
})
const many = ['joins', 'misses', 'rooms'].flatMap((what) => [`--${what}-per-minute`, '1000000000'])
const flags = [
  ...[
    '--threads',
    '4',
    '--linger-s',
    '0',
    '--sweep-ms',
    '20',
    '--expire-days',
    String(1.5 / 86400),
    '--create-on-join',
  ],
  ...['--sockets-per-address', '100000', '--chat-per-minute', '1000000', ...many],
]
const pick = (list) => list[Math.floor(Math.random() * list.length)]
const ids = Array.from({ length: 12 }, (_, i) => `storm-${i}`)

/** Sends a request and hangs up, at once or when something came. */
const hangUp = (server, path, patient) =>
  new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1')
    const done = () => {
      if (Math.random() < 0.5) socket.resetAndDestroy()
      else socket.destroy()
      resolve()
    }
    socket.on('error', resolve)
    socket.on('connect', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
      if (!patient) setTimeout(done, Math.random() * 5)
    })
    socket.on('data', done)
    socket.on('close', resolve)
  })

/** Somebody who comes, types, and goes in one of three ways. */
const visit = async (server, id) => {
  const client = new Client(server, id)
  try {
    await Promise.race([client.join(), client.closed, sleep(5000)])
    for (let i = 0; i < 20 && client.synced; i++) {
      client.text.insert(0, 'some text that grows the history a little '.repeat(1 + (i % 50)))
      if (i % 4 === 3) client.text.delete(0, Math.min(client.text.length, 2000))
      if (i % 5 === 0) await sleep(Math.random() * 10)
    }
  } finally {
    const leave = pick(['close', 'terminate', 'reset'])
    if (leave === 'reset') client.socket._socket?.resetAndDestroy()
    else client.socket[leave]()
  }
}

const acts = {
  visit: (server) => visit(server, pick(ids)),
  create: async (server) => {
    const id = pick(ids)
    const { status, json } = await server.call('POST', '/rooms/', { room_id: id, template: 'hello' })
    if (status !== 201 || Math.random() < 0.3) return
    const key = { authorization: `Bearer ${json.owner_key}` }
    await server.call('PATCH', `/rooms/${id}`, { name: 'renamed' }, key)
    await sleep(Math.random() * 300)
    await server.call('DELETE', `/rooms/${id}`, undefined, key)
  },
  read: (server) =>
    server.call('GET', `/rooms/${pick(ids)}${pick(['', '/code', '/chat', '/history', '/history/rows'])}`),
  whole: (server) => server.call('GET', `/rooms/${pick(ids)}/history/rows?all=true`),
  say: (server) => server.call('POST', `/rooms/${pick(ids)}/chat`, { name: 'a', text: 'b' }),
  mark: (server) => server.call('POST', `/rooms/${pick(ids)}/versions`, { name: 'moment' }),
  hangUp: (server) =>
    Promise.all(
      ['history/rows?all=true', 'history/rows', 'history', 'code', ''].map((what) =>
        hangUp(server, `/rooms/${pick(ids)}/${what}`, Math.random() < 0.3),
      ),
    ),
  other: (server) => server.call('GET', pick(['/metrics', '/readyz', '/', '/docs', '/nothing'])),
  complete: (server) => server.call('POST', '/autocomplete', { code: 'import o', cursor: 8 }),
}

const crowds = [3, 12, 60]
let failed = 0
for (let round = 1; round <= Number(options.rounds); round++) {
  const server = await new Server(flags).start()
  const counts = Object.fromEntries(Object.keys(acts).map((name) => [name, 0]))
  let going = true
  const worker = async () => {
    while (going) {
      const name = pick(Object.keys(acts))
      try {
        await acts[name](server)
        counts[name]++
      } catch {
        await sleep(5) // hung up on, or the server leaves
      }
    }
  }
  // Few workers too: much traffic between threads orders what would race without it.
  const workers = Array.from({ length: crowds[(round - 1) % crowds.length] }, worker)
  await sleep(Number(options.seconds) * 1000)
  const updates = await metric(server, 'tandem_updates_in_total')
  const code = await server.stop()
  going = false
  await Promise.all(workers)
  const races = server.log.split('WARNING: ThreadSanitizer').length - 1
  const idle = Object.entries(counts).filter(([, n]) => n === 0)
  if (code !== 0 || races > 0 || idle.length > 0 || updates === 0) {
    failed++
    console.log(`round ${round}: exit ${code}, ${races} races, never done: ${idle.map(([name]) => name)}`)
    console.log(server.log.slice(0, 20000))
  }
  console.log(`round ${round}: ${updates} updates, ${JSON.stringify(counts)}`)
  await server.remove()
}
console.log(`${Number(options.rounds) - failed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
