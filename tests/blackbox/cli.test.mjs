import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { run, Server, sleep } from './server.mjs'

test('--version and --help', async () => {
  assert.match((await run('--version')).out, /^tandem \d+\.\d+\.\d+\n$/)
  const help = await run('--help')
  assert.equal(help.code, 0)
  assert.match(help.out, /--create-on-join/)
  assert.match(help.out, /--help-limits/)
})

test('--help has what people set, --help-limits the rest, and nothing stands in both', async () => {
  const flags = ({ out }) => [...out.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, flag]) => flag)
  const [common, rest] = [flags(await run('--help')), flags(await run('serve', '--help-limits'))]
  assert.ok(common.length >= 12 && common.length <= 16, `${common.length} flags`)
  assert.deepEqual(
    common.filter((flag) => rest.includes(flag)),
    [],
  )
  const all = [...common, ...rest].filter((flag) => flag !== 'config')
  const manual = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  for (const flag of all) assert.ok(manual.includes(flag) || manual.includes(flag.replaceAll('-', '_')), flag)
  // The same thing under two names would be two flags that differ in their unit only.
  const things = all.map((flag) => flag.replace(/-(ms|s|days)$/, ''))
  assert.deepEqual(
    things.filter((thing, i) => things.indexOf(thing) !== i),
    [],
  )
})

test('mistyped names are errors with a suggestion', async () => {
  const flag = await run('serve', '--prot', '1')
  assert.equal(flag.code, 2)
  assert.match(flag.err, /did you mean '--port'/)
  const command = await run('serv')
  assert.equal(command.code, 2)
  assert.match(command.err, /did you mean 'serve'/)
})

test('file < environment < flags', async () => {
  const server = new Server(['--log-format', 'json'])
  const file = join(server.dir, 'tandem.conf')
  writeFileSync(file, '[rooms]\nexpire_days = 3\n[http]\ncors_origins = "https://file.example"\n')
  await server.start({ TANDEM_CONFIG: file, TANDEM_CORS_ORIGINS: 'https://env.example' })
  const room = (await server.call('POST', '/rooms/')).json
  assert.equal(Date.parse(room.expires_at) - Date.parse(room.created_at), 3 * 86400e3)
  const allowed = await server.fetch('/healthz', { headers: { origin: 'https://env.example' } })
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://env.example')
  assert.equal(await server.stop(), 0)
  await server.remove()
})

test('a second server on the same port is refused', async () => {
  const server = await new Server().start()
  const second = await run('serve', '--port', String(server.port), '--data', ':memory:')
  assert.equal(second.code, 1)
  assert.match(second.err, /in use/)
  await server.remove()
})

test('SIGTERM amid requests ends well: whoever is not answered sees the connection closed', async () => {
  for (let round = 0; round < 10; round++) {
    const server = await new Server(['--threads', '3']).start()
    const rooms = (await Promise.all(Array.from({ length: 6 }, () => server.call('POST', '/rooms/')))).map(
      ({ json }) => json.room_id,
    )
    const requests = rooms.flatMap((id) => [
      server.call('GET', `/rooms/${id}`),
      server.call('POST', '/rooms/'),
      server.call('GET', `/rooms/${id}/code`),
    ])
    const answered = Promise.allSettled(requests)
    await sleep(round)
    assert.equal(await server.stop(), 0)
    for (const { value } of await answered) assert.ok(value === undefined || value.status < 300)
    await server.remove()
  }
})

test('every limit is in the manual and in the example of a configuration, with its default', async () => {
  const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  const [manual, example] = [read('docs/operations.md'), read('packaging/tandem.conf')]
  const { out } = await run('--help-limits')
  const limits = [...out.matchAll(/^ {2}--([a-z-]+) N +[A-Za-z]+: .* \[(\d+)\]$/gm)]
  assert.ok(limits.length > 50)
  for (const [, flag, value] of limits) {
    const name = flag.replaceAll('-', '_')
    assert.ok(manual.includes(`| \`${name}\` |`), `docs/operations.md: ${name}`)
    assert.ok(example.includes(`# ${name} = ${value}\n`), `packaging/tandem.conf: ${name}`)
  }
})
