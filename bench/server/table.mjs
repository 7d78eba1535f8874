// What was found, as one table: ratios first, then the figures, then what is wanted of Tandem.

const number = (n) => Math.round(n).toLocaleString('en-US')
const units = {
  ms: (n) => `${n < 10 ? n.toFixed(2) : n.toFixed(0)} ms`,
  s: (n) => `${n.toFixed(2)} s`,
  '/s': number,
  B: (n) => (n < 10000 ? number(n) : n < 1e6 ? `${(n / 1000).toFixed(1)} k` : `${(n / 1e6).toFixed(0)} M`),
  'CPU-s/s': (n) => n.toFixed(2),
}

// [title, workload, field, unit, better, wanted]
const rows = [
  ['latency at 1,000 updates/s, 100 rooms of 4, p50', 'run', 'p50_ms', 'ms', 'less', ''],
  ['CPU at that rate', 'run', 'server_cpu', 'CPU-s/s', 'less', ''],
  ['deliveries per CPU-second, flood of 100 rooms of 10', 'flood', 'deliveries_per_cpu_s', '/s', 'more', '≥ 200,000'],
  ['updates/s at saturation, 100 rooms of 4', 'sat', 'sat_updates_s', '/s', 'more', '≥ 45,000'],
  ['resident bytes per idle connection, rooms of 4', 'idle', 'bytes_per_conn', 'B', 'less', '≤ 1,000'],
  ['the same, each with a cursor', 'idle with cursors', 'bytes_per_conn', 'B', 'less', ''],
  ['join of a large document, warm, p50', 'join', 'join_p50_ms', 'ms', 'less', '≤ 1 ms'],
  ['50 such joins at once', 'join', 'join_conc_ms', 'ms', 'less', '≤ 25 ms'],
  ['all clients of 500 rooms of 4 drop and return', 'storm', 'storm_s', 's', 'less', '≤ 0.25 s'],
  ['1,000 stored rooms joined at once beside 8,000 updates/s', 'join under commit load', 'join_ms', 'ms', 'less', ''],
  ['durable ack at 2,000 updates/s, p50', 'ack', 'ack_p50_ms', 'ms', 'less', '≤ 5 ms'],
  ['the same, p99', 'ack', 'ack_p99_ms', 'ms', 'less', '≤ 10 ms'],
  ['p99 beside 2,000 slow heads, 20 deaf and 200 flooders', 'hostile', 'p99_ms', 'ms', 'less', '≤ 100 ms'],
  ['resident memory then', 'hostile', 'rss', 'B', 'less', ''],
  ['start until a stored room is answered for', 'stored rooms', 'ready_ms', 'ms', 'less', '≤ 200 ms'],
]

const shown = (numbers, field, unit) => {
  if (!numbers) return '–'
  if (numbers.failed) return 'failed'
  const text = units[unit](numbers[field])
  return numbers.generatorLimit && field !== 'p50_ms' ? `≥ ${text}` : text
}

function ratio(ours, theirs, field, better) {
  if (!ours || !theirs || ours.failed || theirs.failed) return '–'
  const times = better === 'less' ? theirs[field] / ours[field] : ours[field] / theirs[field]
  return Number.isFinite(times) && times > 0 ? `${times.toFixed(times < 10 ? 1 : 0)} ×` : '–'
}

export function table(results) {
  const { machine, versions, document, found } = results
  const peers = Object.keys(versions).filter((name) => name !== 'Tandem')
  const how = (machine.quick ? ', --quick' : '') + (machine.realtime ? ', --realtime: others used the cores' : '')
  const head = ['', ...peers.map((p) => `better than ${p}`), 'Tandem', ...peers, 'wanted']
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel.split('-')[0]}, Node ${machine.node.slice(1)}, ` +
      `${machine.date.slice(0, 10)}${how}. ` +
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ') +
      '.' +
      (document ? ` Large document: ${document}.` : '') +
      (found['stored rooms'] ? ` Stored rooms: ${number(found['stored rooms'].Tandem?.rooms ?? 0)}.` : ''),
    '',
    `| ${head.join(' | ')} |`,
    `|---|${'--:|'.repeat(head.length - 1)}`,
  ]
  for (const [title, workload, field, unit, better, wanted] of rows) {
    const row = found[workload]
    if (!row) continue
    const cells = [
      title,
      ...peers.map((p) => ratio(row.Tandem, row[p], field, better)),
      shown(row.Tandem, field, unit),
      ...peers.map((p) => shown(row[p], field, unit)),
      wanted || '–',
    ]
    lines.push(`| ${cells.join(' | ')} |`)
  }
  return lines.join('\n')
}
