// How late do people see each other's letters while others mean harm?  One server, first calm, then with a reader
// that never reads, sockets whose headers never end and flooders, all at once:
//   node bench/hostile.mjs [--slow 2000] [--flooders 200] [--pairs 20] [--seconds 20] [--server-cpu 1] [-- FLAGS]
// FLAGS are the server's. The load comes from this machine, too, in a thread of its own: with fewer than three free
// cores the figures hold what the load itself costs; --server-cpu pins the server, taskset -c 0 node ... the load.
import { parseArgs } from 'node:util'
import { people, rssBytes, startHarm } from '../tests/blackbox/hostile.mjs'
import { metric, refused } from '../tests/blackbox/raw.mjs'
import { Server } from '../tests/blackbox/server.mjs'

const option = (initial) => ({ type: 'string', default: String(initial) })
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    slow: option(2000),
    flooders: option(200),
    pairs: option(20),
    seconds: option(20),
    'server-cpu': option(''),
  },
})
const [slow, flooders, pairs, seconds] = ['slow', 'flooders', 'pairs', 'seconds'].map((key) => Number(values[key]))

const server = new Server(['--create-on-join', '--sockets-per-address', '0', '--joins-per-minute', '0', ...positionals])
if (values['server-cpu']) server.prefix = ['taskset', '-c', values['server-cpu']]
await server.start()
const everyMs = 100
const edits = Math.round((seconds * 1000) / everyMs)
const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
const mib = (bytes) => (bytes / (1 << 20)).toFixed(1)

const measure = async (name) => {
  let peak = 0
  const watch = setInterval(() => (peak = Math.max(peak, rssBytes(server.child.pid))), 100)
  const { latencies, lost } = await people(server.port, { pairs, edits, everyMs, graceMs: 30000 })
  clearInterval(watch)
  const [p50, p99, most] = [0.5, 0.99, 1].map((p) => percentile(latencies, p).toFixed(2))
  console.log(
    `${name}: ${latencies.length} letters, ${lost} lost; p50 ${p50} ms, p99 ${p99} ms, most ${most} ms; ` +
      `resident at most ${mib(peak)} MiB`,
  )
  return lost
}

let lost = await measure('calm')
const harm = await startHarm({ port: server.port, slow, flooders, deaf: 1, rooms: pairs, edits: 5000 })
lost += await measure(`${slow} slow headers, ${flooders} flooders, 1 deaf reader`)
console.log(
  `slow headers ended: ${await refused(server, 'header_ms')}; input pauses: ` +
    `${await metric(server, 'tandem_input_pauses_total')}; flood updates taken: ` +
    `${await metric(server, 'tandem_updates_in_total')}; slow readers closed: ` +
    `${await metric(server, 'tandem_ws_closed_slow_total')}`,
)
await harm.stop()
lost += await measure('calm again')
await server.remove()
process.exitCode = lost === 0 ? 0 : 1
