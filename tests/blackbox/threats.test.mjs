// Rows of the threat model that are met over HTTP and WebSockets; the number of the row is in the name.
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test as runTest } from 'node:test'
import * as Y from 'yjs'
import { frame, presence, RawSocket, refused, sync } from './raw.mjs'
import { Server, sleep, until } from './server.mjs'

/** A test that hangs fails by itself. */
const test = (name, run) => runTest(name, { timeout: 60000 }, run)

let server
before(async () => {
  server = new Server(['--origins', 'https://code.example', '--cors-origins', 'https://friend.example'])
  server.flags.push('--log-level', 'debug', '--log-format', 'json')
  const web = join(server.dir, 'web')
  mkdirSync(join(web, 'assets'), { recursive: true })
  for (const name of ['index.html', 'assets/app-Xy12AbCd.js', 'runner.html', 'a.css', 'a.wasm'])
    writeFileSync(join(web, name), 'x')
  writeFileSync(join(server.dir, 'secret.txt'), 'canary-file')
  symlinkSync(join(server.dir, 'secret.txt'), join(web, 'link.txt'))
  server.flags.push('--web-root', web)
  await server.start()
})
after(async () => assert.equal(await server.remove(), 0))

const create = async () => (await server.call('POST', '/rooms/')).json

const join1 = async (id, protocol = 'tandem.v1') => {
  const socket = new RawSocket(server.port, `/ws/${id}`, { protocol })
  assert.equal(await socket.opened, 101)
  await until(() => socket.frames.length > 0, 'the first frame')
  return socket
}

const notOrigins = [
  'https://code.example.evil.example',
  'https://evilcode.example',
  'https://code.example:8443',
  'https://code.example:443',
  'http://code.example',
  'https://CODE.example',
  'https://code.example/',
  'https://user@code.example',
  'https://code.example@evil.example',
  'https://code.example.',
  'null',
  'file://',
  '*',
]

test('T1: a WebSocket of any origin but the exact ones is refused', async () => {
  const { room_id: id } = await create()
  const status = (origin) =>
    new RawSocket(server.port, `/ws/${id}`, { headers: `Origin: ${origin}\r\n` }).opened
  for (const origin of [...notOrigins, server.url]) assert.equal(await status(origin), 403, origin)
  assert.equal(await status('https://code.example'), 101)
  assert.equal(await status('https://friend.example'), 101)
  assert.equal(await refused(server, 'origin'), notOrigins.length + 1)
})

test('T2: what changes something takes JSON only, from pages that may', async () => {
  const { room_id: id, owner_key: key } = await create()
  const from = (headers) => server.call('POST', '/rooms/', '{}', headers)
  for (const origin of notOrigins) assert.equal((await from({ origin })).status, 403, origin)
  assert.equal((await from({ origin: 'https://code.example' })).status, 201)
  const raw = async (method, path, headers, body = '') =>
    (
      await server.raw(
        `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}` +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      )
    ).slice(9, 12)
  const json = 'Content-Type: application/json\r\n'
  const auth = `Authorization: Bearer ${key}\r\n`
  const writes = [
    ['POST', '/rooms/', '{}'],
    ['PATCH', `/rooms/${id}`, '{"name":"n"}'],
    ['POST', '/autocomplete/', '{"code":"a","cursor":1}'],
    ['DELETE', `/rooms/${id}`, ''],
  ]
  for (const [method, path, body] of writes) {
    for (const site of ['cross-site', 'same-site', 'other'])
      assert.equal(await raw(method, path, `${json}${auth}Sec-Fetch-Site: ${site}\r\n`, body), '403', method)
    if (body === '') continue
    for (const type of [
      '',
      'Content-Type: text/plain\r\n',
      'Content-Type: application/x-www-form-urlencoded\r\n',
    ])
      assert.equal(await raw(method, path, auth + type, body), '415', method + type)
  }
  for (const path of ['/rooms/', `/rooms/${id}`]) {
    const answer = await server.fetch(path, { method: 'GET' })
    assert.notEqual(answer.status, 201, 'GET changes nothing')
  }
  const same = `${json}${auth}Sec-Fetch-Site: same-origin\r\n`
  for (const [method, path, body] of writes) assert.match(await raw(method, path, same, body), /^20/, method)
})

test('T6: a forger of somebody’s client id is closed; the victim keeps its text, and its id', async () => {
  const { room_id: id } = await create()
  const [victim, witness, forger] = [await join1(id), await join1(id), await join1(id)]
  const doc = new Y.Doc()
  // As every client does: what you lack of mine.
  victim.onFrame = (payload) => {
    if (payload[0] === 0 && payload[1] === 0)
      victim.write(sync(1, Y.encodeStateAsUpdate(doc, payload.subarray(3))))
  }
  victim.frames.forEach(victim.onFrame)
  victim.write(presence(doc.clientID, 1, {}))
  doc.on('update', (update) => victim.write(sync(2, update)))
  doc.getText('file:main').insert(0, 'mine')
  await until(() => victim.acked > 0, 'it is saved')

  const forged = new Y.Doc()
  Y.applyUpdate(forged, Y.encodeStateAsUpdate(doc))
  forged.clientID = doc.clientID
  const before = Y.encodeStateVector(forged)
  forged.getText('file:main').insert(0, 'forged ')
  forger.write(sync(2, Y.encodeStateAsUpdate(forged, before)))
  assert.equal(await forger.ended, 1008)
  assert.ok(forger.events.some((event) => event.type === 'error' && event.code === 'client_id_lease'))

  doc.getText('file:main').insert(4, ' and more')
  const heard = new Y.Doc()
  await until(() => {
    for (const payload of witness.frames.splice(0))
      if (payload[0] === 0 && payload[1] === 2) Y.applyUpdate(heard, payload.subarray(3))
    return heard.getText('file:main').toString() === 'mine and more'
  }, 'the witness has the victim’s text')
  assert.equal((await server.call('GET', `/rooms/${id}/code`)).text, 'mine and more')
  assert.equal(victim.closed, null)
  assert.equal(await refused(server, 'client_id_lease'), 1)
  victim.destroy()
  witness.destroy()
})

test('T6: a squatter keeps nobody out', async () => {
  const { room_id: id } = await create()
  const writer = await join1(id)
  const doc = new Y.Doc()
  doc.getText('file:main').insert(0, 'before ')
  writer.write(sync(2, Y.encodeStateAsUpdate(doc)))
  await until(() => writer.acked === 1, 'it is saved')
  // Everybody reads the id in the document: who shows it, and has nothing of it, keeps nothing.
  const squatter = await join1(id)
  squatter.onFrame = (payload) => {
    if (payload[0] === 0 && payload[1] === 0) squatter.write(sync(1, new Uint8Array([0, 0])))
  }
  squatter.frames.forEach(squatter.onFrame)
  squatter.write(presence(doc.clientID, 50, {}))
  await until(() => squatter.acked === 1, 'its answer was heard, so its presence was')
  let state = Y.encodeStateVector(doc)
  doc.getText('file:main').insert(7, 'on')
  writer.write(sync(2, Y.encodeStateAsUpdate(doc, state)))
  await until(() => writer.acked === 2, 'who is connected, and shows nothing, writes on')
  writer.destroy()
  state = Y.encodeStateVector(doc)
  doc.getText('file:main').insert(9, ', offline')
  const back = await join1(id)
  back.write(sync(1, Y.encodeStateAsUpdate(doc, state)))
  await until(() => back.acked === 1, 'who comes back is taken by what it has')
  assert.equal((await server.call('GET', `/rooms/${id}/code`)).text, 'before on, offline')
  assert.equal(back.closed, null)
  assert.equal(squatter.frames.filter((payload) => payload[0] === 0 && payload[1] === 0).length, 1)
  squatter.destroy()
  back.destroy()
})

test('T6: who comes back beside its own dead socket is saved, at the latest after lease_wait_ms', async () => {
  const { room_id: id } = await create()
  const dead = await join1(id)
  const doc = new Y.Doc()
  dead.write(presence(doc.clientID, 1, {}))
  doc.getText('file:main').insert(0, 'before ')
  dead.write(sync(2, Y.encodeStateAsUpdate(doc)))
  await until(() => dead.acked === 1, 'it is saved')
  const state = Y.encodeStateVector(doc)
  doc.getText('file:main').insert(7, 'offline')
  const back = await join1(id) // and `dead` says nothing more, but its socket is open
  back.write(sync(1, Y.encodeStateAsUpdate(doc, state)))
  await until(() => back.acked === 1, 'it is saved', 20000)
  assert.equal((await server.call('GET', `/rooms/${id}/code`)).text, 'before offline')
  dead.destroy()
  back.destroy()
})

test('T14: a room that never was, one that is gone and a bad name look the same', async () => {
  const { room_id: gone, owner_key: key } = await create()
  await server.call('DELETE', `/rooms/${gone}`, undefined, { authorization: `Bearer ${key}` })
  const looks = []
  for (const id of ['kmnp-qrst-never-made', gone, '%01', 'x'.repeat(150), 'ä']) {
    for (const path of [`/rooms/${id}`, `/rooms/${id}/code`]) {
      const { status, text, headers } = await server.call('GET', path)
      looks.push(JSON.stringify([status, text, [...headers.keys()].sort()]))
    }
    assert.equal(await new RawSocket(server.port, `/ws/${id}`).ended, 4404)
  }
  assert.equal(new Set(looks).size, 1, [...new Set(looks)].join('\n'))
  assert.match(looks[0], /^\[404,/)
})

test('T15: no path leads out of the web application', async () => {
  const up = [
    '..',
    '%2e%2e',
    '.%2e',
    '%2e.',
    '%252e%252e',
    '..%00',
    '%c0%ae%c0%ae',
    '..\\',
    '%5c..',
    '．．',
    '..;',
  ]
  const between = ['/', '%2f', '%252f', '%5c', '\\', '//', '/./', '%c0%af']
  const paths = [
    '/link.txt',
    '//etc/passwd',
    '/etc/passwd',
    '/assets/../../secret.txt',
    '/.',
    '/..',
    '/assets',
    '/%00',
  ]
  for (const a of up)
    for (const b of between) paths.push(`/${a}${b}secret.txt`, `/assets/${a}${b}${a}${b}secret.txt`)
  for (const path of paths) {
    const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 'utf8')
    const answer = await server.raw(request)
    assert.match(answer, /^HTTP\/1\.1 40[04] /, path)
    assert.doesNotMatch(answer, /canary-file|root:/, path)
  }
})

test('T16: every page and file carries the safety headers', async () => {
  for (const path of [
    '/',
    '/r/some-room',
    '/assets/app-Xy12AbCd.js',
    '/a.css',
    '/a.wasm',
    '/docs',
    '/docs/docs.js',
  ]) {
    for (const headers of [{}, { 'if-none-match': '*' }]) {
      const answer = await server.fetch(path, { headers })
      assert.ok([200, 304].includes(answer.status), path)
      const csp = answer.headers.get('content-security-policy') ?? ''
      for (const part of [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval';",
        "frame-ancestors 'none'",
      ])
        assert.ok(csp.includes(part), `${path}: ${part}`)
      for (const part of ["object-src 'none'", "base-uri 'none'", "form-action 'self'"])
        assert.ok(csp.includes(part), `${path}: ${part}`)
      assert.doesNotMatch(csp, /unsafe-eval'[^;]*'unsafe-inline|script-src[^;]*unsafe-inline/)
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', path)
      assert.equal(answer.headers.get('cross-origin-opener-policy'), 'same-origin', path)
      assert.equal(answer.headers.get('x-frame-options'), 'DENY', path)
      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer', path)
    }
  }
  const api = await server.fetch('/rooms/nothing')
  assert.equal(api.headers.get('x-content-type-options'), 'nosniff')
})

test('T21: logs hold no tokens, text, names, bodies, headers or query strings', async () => {
  const { room_id: id, owner_key: key } = await create()
  const canary = 'canary-secret'
  await server.call(
    'PATCH',
    `/rooms/${id}?q=${canary}`,
    { name: canary },
    { authorization: `Bearer ${canary}` },
  )
  await server.call('PATCH', `/rooms/${id}`, `{"name":"${canary}`, { authorization: `Bearer ${key}` })
  await server.call('POST', '/rooms/', { name: canary, wrong: canary })
  await server.call('POST', '/autocomplete/', { code: canary, cursor: 3 })
  await server.call('GET', '/healthz', undefined, {
    cookie: canary,
    'x-forwarded-for': canary,
    referer: canary,
  })
  await server.raw(`GET /${canary} HTTP/1.1\r\nX: ${canary}\r\n${canary}\r\n\r\n`)
  await server.raw(`${canary} / HTTP/1.1\r\n\r\n`)
  const bad = [
    frame([0, 2, 5, 1]),
    frame([0, 2, ...Buffer.from(canary)]),
    frame([1, 200]),
    frame(Buffer.from(canary), { opcode: 1 }),
    frame(Buffer.from(canary), { opcode: 3 }),
    frame([0, 0, 1, 9]),
  ]
  for (const bytes of bad) {
    const socket = new RawSocket(server.port, `/ws/${id}?name=${canary}&token=${canary}`, {
      protocol: 'tandem.v1',
    })
    await socket.opened
    const doc = new Y.Doc()
    doc.getText('file:main').insert(0, canary)
    socket.write(sync(2, Y.encodeStateAsUpdate(doc)))
    socket.write(presence(5, 1, { user: { name: canary } }))
    socket.write(bytes)
    await socket.ended
  }
  await sleep(50)
  assert.ok(server.log.includes(id), 'something was logged')
  assert.ok(!server.log.includes(canary))
  assert.ok(!server.log.includes(key))
})
