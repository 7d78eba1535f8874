import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Server } from './server.mjs'

let server
before(async () => {
  server = new Server(['--cors-origins', 'https://friend.example'])
  const web = join(server.dir, 'web')
  mkdirSync(join(web, 'assets'), { recursive: true })
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>t</title>')
  writeFileSync(join(web, 'assets/app-Xy12AbCd.js'), 'let a = 1\n')
  writeFileSync(join(web, 'assets/app-Xy12AbCd.js.gz'), gzipSync('let a = 1\n'))
  writeFileSync(join(web, '.secret'), 'no')
  server.flags.push('--web-root', web)
  await server.start()
})
after(async () => assert.equal(await server.remove(), 0))

test('a room with a chosen id is made once', async () => {
  const made = await server.call('POST', '/rooms/', { room_id: 'team-7' })
  assert.equal(made.status, 201)
  assert.equal(made.json.room_id, 'team-7')
  assert.equal(made.json.name, 'team-7')
  const again = await server.call('POST', '/rooms/', { room_id: 'team-7' })
  assert.equal(again.status, 409)
  assert.match(again.json.detail, /there already/)
  assert.equal((await server.call('GET', '/rooms/team-7')).json.epoch, made.json.epoch)
  for (const room_id of ['', '..', 'a/b', 'é', 'x'.repeat(129), 7]) {
    const bad = await server.call('POST', '/rooms/', { room_id })
    assert.equal(bad.status, 422)
    assert.deepEqual(bad.json.detail[0].loc, ['body', 'room_id'])
  }
})

test('create, look up, rename, read and delete a room', async () => {
  const made = await server.call('POST', '/rooms/', {
    name: 'Ada’s room',
    template: 'hello',
    expires_in_days: 0,
  })
  assert.equal(made.status, 201)
  const { room_id: id, owner_key: key } = made.json
  assert.match(id, /^[a-km-z2-9-]{20,}$/)
  assert.equal(made.json.expires_at, null)
  assert.equal(made.json.url, `${server.url}/r/${id}`)
  assert.match(made.json.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

  const got = await server.call('GET', `/rooms/${id}`)
  assert.equal(got.status, 200)
  assert.equal(got.json.name, 'Ada’s room')
  assert.equal(got.json.owner_key, undefined)
  assert.deepEqual(got.json.members, [])
  assert.deepEqual(got.json.files, [{ id: 'main', name: 'main.py', language: 'python' }])

  const code = await server.call('GET', `/rooms/${id}/code`)
  assert.equal(code.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.match(code.text, /^def greet/)

  const auth = { authorization: `Bearer ${key}` }
  assert.equal((await server.call('PATCH', `/rooms/${id}`, { name: 'x' })).status, 401)
  assert.equal(
    (await server.call('PATCH', `/rooms/${id}`, { name: 'x' }, { authorization: 'Bearer no' })).status,
    403,
  )
  assert.equal((await server.call('PATCH', `/rooms/${id}`, {}, auth)).status, 422)
  const patched = await server.call('PATCH', `/rooms/${id}`, { name: 'New', expires_in_days: 2 }, auth)
  assert.equal(patched.json.name, 'New')
  assert.ok(Date.parse(patched.json.expires_at) > Date.now())

  assert.equal((await server.call('DELETE', `/rooms/${id}`)).status, 401)
  assert.equal((await server.call('DELETE', `/rooms/${id}`, undefined, auth)).status, 204)
  assert.equal((await server.call('GET', `/rooms/${id}`)).status, 404)
  assert.equal((await server.call('GET', `/rooms/${id}/code`)).status, 404)
})

test('a room without a body, with and without the last slash', async () => {
  assert.equal((await server.call('POST', '/rooms/')).status, 201)
  assert.equal((await server.call('POST', '/rooms')).status, 201)
  assert.equal((await server.call('POST', '/rooms', {})).status, 201)
})

test('mistakes in a body are named one by one', async () => {
  const bad = await server.call('POST', '/rooms/', { name: 3, template: 'x', expires_in_days: -1, color: 1 })
  assert.equal(bad.status, 422)
  assert.deepEqual(
    bad.json.detail.map((mistake) => [mistake.loc.join('.'), mistake.type]),
    [
      ['body.name', 'string_type'],
      ['body.template', 'literal_error'],
      ['body.expires_in_days', 'greater_than_equal'],
      ['body.color', 'extra_forbidden'],
    ],
  )
  assert.equal((await server.call('POST', '/rooms/', '{"name":')).json.detail[0].type, 'json_invalid')
  assert.equal((await server.call('POST', '/rooms/', '[1]')).status, 422)
  assert.equal((await server.call('POST', '/rooms/', '{"name":"a","name":"b"}')).status, 422)
  assert.equal((await server.call('POST', '/rooms/', '{}', { 'content-type': 'text/plain' })).status, 415)
  assert.equal(
    (await server.call('POST', '/rooms/', { name: 'n'.repeat(101) })).json.detail[0].type,
    'string_too_long',
  )
  assert.equal((await server.call('POST', '/rooms/', '['.repeat(100000))).status, 422)
})

test('suggestions', async () => {
  const by = async (body) => server.call('POST', '/autocomplete/', body)
  const print = (await by({ code: 'pri', cursor: 3 })).json.suggestions.find((s) => s.label === 'print')
  assert.deepEqual(print.replace, { start: 0, end: 3 })
  assert.match(print.insert_text, /^print\(\$1\)/)
  const placed = await by({ code: 'x = 1\npri', line: 2, column: 4 })
  assert.ok(placed.json.suggestions.some((s) => s.label === 'print'))
  // The kinds are those that the documentation names: pages look each of them up.
  const { json: openapi } = await server.call('GET', '/openapi.json')
  const kinds = openapi.components.schemas.Suggestion.properties.kind.enum
  const seen = new Set()
  const places = [
    'pr',
    'import o',
    'import os\nos.pa',
    'class A:\n  def f(self):\n    self.f',
    'ab = 1\na',
    'i',
  ]
  for (const code of places)
    for (const { kind } of (await by({ code, cursor: code.length })).json.suggestions) seen.add(kind)
  for (const kind of seen) assert.ok(kinds.includes(kind), kind)
  for (const kind of ['snippet', 'builtin', 'module', 'property', 'method', 'variable', 'keyword'])
    assert.ok(seen.has(kind), kind)
  assert.equal((await by({})).json.detail[0].type, 'missing')
  assert.equal((await by({ code: 'a', cursor: 9 })).status, 422)
  assert.equal((await by({ code: 'a', line: 9, column: 1 })).json.detail[0].loc[1], 'line')
  assert.equal((await by({ code: 'a'.repeat(2 << 20), cursor: 1 })).status, 413)
})

test('methods and unknown paths', async () => {
  const list = await server.call('GET', '/rooms/')
  assert.equal(list.status, 405)
  assert.match(list.headers.get('allow'), /POST/)
  assert.deepEqual((await server.call('GET', '/nothing')).json, { detail: 'Not Found' })
  assert.equal((await server.call('GET', '/rooms/unknown-room')).status, 404)
  assert.equal((await server.fetch('/healthz', { method: 'HEAD' })).status, 200)
})

test('CORS only for those who are named', async () => {
  const preflight = (origin) =>
    server.fetch('/rooms/', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
  const friend = await preflight('https://friend.example')
  assert.equal(friend.status, 204)
  assert.equal(friend.headers.get('access-control-allow-origin'), 'https://friend.example')
  assert.match(friend.headers.get('access-control-allow-methods'), /POST/)
  const stranger = await preflight('https://stranger.example')
  assert.equal(stranger.status, 403)
  assert.equal(stranger.headers.get('access-control-allow-origin'), null)
})

test('the web application: encodings, caching, safety headers, no traversal', async () => {
  const page = await server.fetch('/r/abc')
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-security-policy'), /default-src 'self'/)
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff')
  const etag = page.headers.get('etag')
  assert.equal((await server.fetch('/', { headers: { 'if-none-match': etag } })).status, 304)
  const script = await server.fetch('/assets/app-Xy12AbCd.js', { headers: { 'accept-encoding': 'gzip' } })
  assert.equal(script.headers.get('content-encoding'), 'gzip')
  assert.match(script.headers.get('cache-control'), /immutable/)
  assert.equal(await script.text(), 'let a = 1\n')
  const outside = [
    '/../tandem.conf',
    '/%2e%2e/etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/.secret',
    '//etc/passwd',
    '/%00',
  ]
  for (const path of outside) {
    const answer = await server.raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 404 /, path)
  }
})

test('docs, readiness and metrics', async () => {
  const spec = (await server.call('GET', '/openapi.json')).json
  assert.ok(spec.paths['/rooms/{room_id}/code'])
  assert.equal((await server.fetch('/docs')).status, 200)
  assert.equal(
    (await server.fetch('/docs/docs.js')).headers.get('content-type'),
    'text/javascript; charset=utf-8',
  )
  assert.equal((await server.call('GET', '/readyz')).status, 200)
  const metrics = (await server.call('GET', '/metrics')).text
  assert.match(metrics, /^tandem_commit_seconds_count \d+$/m)
  assert.match(metrics, /^tandem_rooms \d+$/m)
})

test('malformed and oversized requests', async () => {
  const status = async (bytes, ms) => (await server.raw(bytes, ms)).split('\r\n')[0]
  assert.match(await status('nonsense\r\n\r\n'), / 400 /)
  assert.match(await status('GET / HTTP/1.1\r\n\r\n'), / 400 /)
  assert.match(await status(`GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20000)}\r\n\r\n`), / 431 /)
  assert.match(await status(`GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(200)}\r\n`), / 431 /)
  assert.match(await status('POST /rooms/ HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n'), / 413 /)
  assert.match(await status('POST /rooms/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n'), / 400 /)
  assert.match(
    await status(
      'POST /rooms/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ),
    / 400 /,
  )
  assert.match(await status('GET / HTTP/1.1\r\nHost: x\r\n', 9000), / 408 /)
  assert.equal((await server.call('GET', '/healthz')).status, 200)
})

test('pipelined requests are answered in order, and byte by byte too', async () => {
  const one = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
  const last = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
  const answers = await server.raw(one('/readyz') + one('/rooms/none') + one('/openapi.json') + last)
  assert.deepEqual(
    answers.match(/HTTP\/1\.1 (\d+)/g).map((s) => s.slice(9)),
    ['200', '404', '200', '200'],
  )
})
