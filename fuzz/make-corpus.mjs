// node fuzz/make-corpus.mjs - write the seed corpora from the vectors. Run it again after changing
// either; what a fuzzer finds is added to fuzz/corpus/<target>/ by hand, under a name that says what it is.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import zlib from 'node:zlib'

const here = path.dirname(fileURLToPath(import.meta.url))
const data = path.join(here, '../tests/vectors/data')
const read = (name) =>
  zlib
    .gunzipSync(fs.readFileSync(path.join(data, name + '.jsonl.gz')))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const SIZE_MAX = 600

function write(target, seeds) {
  const dir = path.join(here, 'corpus', target)
  fs.mkdirSync(dir, { recursive: true })
  seeds.forEach((bytes, i) =>
    fs.writeFileSync(path.join(dir, `seed-${String(i).padStart(3, '0')}`), Buffer.from(bytes)),
  )
  console.log(`${target}: ${seeds.length}`)
}

const unhex = (text) => Buffer.from(text, 'hex')
const small = (list) => [...new Set(list)].filter((text) => text.length <= 2 * SIZE_MAX)
// Evenly from a long list, so that every file of vectors is met.
const some = (list, count) =>
  list.filter((_, i) => i % Math.max(1, Math.floor(list.length / count)) === 0).slice(0, count)

const updates = [
  'map',
  'array',
  'richtext',
  'xml',
  'subdoc',
  'undo',
  'unicode',
  'conflict',
  'gc-false',
].flatMap((name) => some(small(read(name).flatMap((v) => [v.expect.full, ...v.updates])), 10))
const malformed = some(small(read('malformed').map((v) => v.update)), 30)
write('update', [...updates, ...malformed].map(unhex)) // of both decode and apply
write(
  'state_vector',
  some(small(read('conflict').flatMap((v) => (v.diffs ?? []).map((d) => d.sv))), 20).map(unhex),
)
const chunked = (list) =>
  Buffer.concat(list.flatMap((text) => [Buffer.from(Uint16Array.of(text.length / 2).buffer), unhex(text)]))
write('merge', [
  ...read('merge')
    .slice(0, 16)
    .map((v) => chunked(v.inputs.slice(0, 12))),
  ...some(read('map'), 6).map((v) =>
    chunked([v.expect.full, ...v.updates.slice(0, 6)].filter((text) => text.length < 2000)),
  ),
])
write(
  'any',
  read('lib0')
    .find((v) => v.id === 'lib0/any')
    .vectors.map(([, text]) => unhex(text)),
)
write(
  'relpos',
  some(
    read('relpos').flatMap((v) => v.positions.map((p) => p.encoded)),
    12,
  ).map(unhex),
)
write(
  'snapshot',
  small(read('snapshot').flatMap((v) => v.snapshots.map((s) => s.v1)))
    .slice(0, 16)
    .map(unhex),
)

// ---------------------------------------------------------------- wire, room, server

const text = (string) => Buffer.from(string)
const varUint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varUint(Math.floor(n / 128))])
const varBytes = (bytes) => Buffer.from([...varUint(bytes.length), ...bytes])
/** A piece behind its length, as fuzz/input.h reads it. */
const piece = (bytes) => {
  const n = bytes.length
  return Buffer.from([...(n < 255 ? [n] : [255, n & 255, n >> 8]), ...bytes])
}
const join = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)))

const frame = (first, payload) => {
  const n = payload.length
  const head = n < 126 ? [first, 0x80 | n] : [first, 0xfe, n >> 8, n & 255]
  return join(head, [0, 0, 0, 0], payload)
}
const closed = (code, reason = '') => frame(0x88, join([code >> 8, code & 255], text(reason)))
write('ws', [
  join([3], frame(0x82, text('hello')), frame(0x89, text('ping')), closed(1000, 'bye')),
  join([1], frame(0x02, text('a')), frame(0x8a, []), frame(0x00, text('b')), frame(0x80, text('c'))),
  join([7], frame(0x81, text('gr\u00fc\u00dfe \ud83d\ude00'))),
  join([2], frame(0x01, [0xf0, 0x9f]), frame(0x80, [0x98, 0x80])),
  join([5], frame(0x82, Buffer.alloc(300)), frame(0x82, [])),
  join([9], [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4]),
  join([1], frame(0x81, [0xc3])),
  join([1], closed(1005)),
  join([1], frame(0x88, [3])),
  join([1], frame(0xc2, [])),
])

const states = [
  '{"user":{"name":"Ada","color":"#f00"},"cursor":{"anchor":{"type":null},"head":[1,2.5e3,-0]}}',
  '{"user":"x","user":{},"a":[[[]]],"\\u0075ser":true}',
  ' { "n" : null , "s" : "\\ud83d\\ude00\\n" } ',
  '{}',
  'null',
  '[1]',
]
const presence = (...entries) =>
  join(
    varUint(entries.length),
    ...entries.map(([client, clock, state]) => join(varUint(client), varUint(clock), varBytes(text(state)))),
  )
write('awareness', [
  ...states.map((state, i) => join([i, 1], piece(presence([7 + i, 1, state])))),
  join([0, 0], piece(presence([7, 1, '{}'])), [2, 9], piece(presence([7, 2, '{"a":1}'], [8, 1, 'null']))),
  join([1, 0], piece(presence([1, 1, '{}'], [2, 1, '{}'], [3, 1, '{}'], [4, 1, '{}'], [5, 1, '{}']))),
  join(
    [1, 0],
    piece(presence([1, 5, '{}'])),
    [1, 0],
    piece(presence([1, 5, 'null'])),
    [1, 0],
    piece([2, 1, 1]),
  ),
])

const update = (bytes, kind = 2) => join([0, kind], varBytes(bytes))
const some_updates = some(small(read('conflict').flatMap((v) => v.updates)), 40).map(unhex)
write('sync', [
  [0, 0, 1, 0],
  update(some_updates[0]),
  update(some_updates[1], 1),
  join([1], varBytes(presence([7, 1, '{}']))),
  join([2, 0], varBytes(text('denied'))),
  [3],
  join([120], varUint(300)),
  join([121], varBytes(text('{"type":"chat"}'))),
  [99, 1, 2],
  [0, 2, 255, 255, 255, 255, 15],
])

const fromServer = (first, payload) => {
  const n = payload.length
  return join(n < 126 ? [first, n] : [first, 126, n >> 8, n & 255], payload)
}
const told = (...messages) => join(...messages.map((message) => fromServer(0x82, message)))
const accepted =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: tandem.v1\r\n\r\n'
const event = (value) => join([121], varBytes(text(JSON.stringify(value))))
const greeting = event({
  type: 'hello',
  session: 3,
  role: 'editor',
  epoch: '0123456789abcdef0123456789abcdef',
  limits: { files: 64 },
})
const ack = (n) => join([120], varUint(n))
write('client', [
  join([3], text(accepted), told(greeting, [0, 0, 1, 0], update([0, 0], 1), ack(1), ack(2))),
  join([9], text(accepted), told([0, 0, 1, 0], update([0, 0], 1), greeting, ack(9))),
  join([1], text(accepted), told([3], [3], [3], [3], [3], greeting)),
  join([2], text(accepted), told(greeting, join([1], varBytes(presence([7, 9, 'null'], [8, 1, '{}']))))),
  join([5], text(accepted), told(event({ type: 'hello' }))),
  join([7], text(accepted), told(greeting, event({ type: 'chat' }), join([2, 0], varBytes(text('no'))))),
  join([4], text(accepted), fromServer(0x89, text('x')), fromServer(0x88, join([0x11, 0x30], text('gone')))),
  join([1], text(accepted), fromServer(0x02, [0, 2]), fromServer(0x80, [1, 5]), told(greeting)),
  join([8], text('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')),
  join([6], told([0, 0, 1, 0], update([0, 0], 1), update([1, 2, 3]), [99, 1])),
])

const history = read('pending')
  .slice(0, 6)
  .map((v) => v.updates.map(unhex))
write('load', [
  ...history.map((rows) => join(piece([]), ...rows.slice(0, 20).map((row) => join([1], piece(row))))),
  ...some(read('map'), 6).map((v) => join(piece(unhex(v.expect.full)), [2], piece(unhex(v.updates[0])))),
  join(piece([]), [1], piece([1, 1, 1, 0, 4, 1, 1, 116, 1, 97, 0]), [1], piece([255, 255])),
])

// Events of fuzz_room.c: see its `event`.
const room = {
  join: (who, how) => [0, who, how],
  leave: (who) => [1, who],
  raw: (who, bytes) => join([2, who], piece(bytes)),
  step1: (who, sv) => join([3, who], piece(sv)),
  step2: (who, bytes) => join([4, who], piece(bytes)),
  update: (who, bytes) => join([5, who], piece(bytes)),
  awareness: (who, bytes) => join([6, who], piece(bytes)),
  type: (who, how) => [8, who, how],
  commit: (n) => [9, 0, n],
  snapshot: (how) => [10, 0, how],
  load: () => [11, 0],
  time: (n) => [12, 0, n],
  role: (who, role) => [13, who, role],
  stall: () => [14, 0],
  restart: () => [207, 0],
}
const editor = 3
const typed = (n) => Array.from({ length: n }, (_, i) => room.type(i % 2, 1 + ((i * 37) % 190)))
write('room', [
  join(room.join(0, editor), room.load(), room.join(1, editor), ...typed(6), room.commit(9), room.leave(0)),
  join(room.join(0, editor), room.load(), room.join(1, 2), ...typed(30), room.commit(255), room.snapshot(1)),
  join(
    room.join(0, editor),
    room.update(0, some_updates[0]),
    room.load(),
    room.step1(0, [0]),
    room.commit(1),
  ),
  ...Array.from({ length: 8 }, (_, i) =>
    join(
      room.join(0, editor),
      room.load(),
      room.join(1, editor),
      ...some_updates.slice(4 * i, 4 * i + 4).map((bytes, k) => room.update(k % 2, bytes)),
      room.step2(1, some_updates[(i * 7) % some_updates.length]),
      room.step1(0, [0]),
      room.commit(3),
    ),
  ),
  ...history.map((rows) =>
    join(
      room.join(0, editor),
      room.load(),
      ...rows.slice(0, 12).map((row) => room.update(0, row)),
      room.commit(2),
    ),
  ),
  join(room.join(0, 1), room.load(), room.type(0, 5), room.role(0, 1), room.type(0, 5), room.role(0, 0)),
  join(
    room.join(0, editor),
    room.load(),
    room.awareness(0, presence([7, 1, states[0]])),
    room.join(1, 2),
    room.awareness(1, presence([7, 9, '{}'])),
    room.time(255),
    room.leave(0),
  ),
  join(
    room.join(0, editor),
    room.load(),
    ...typed(8),
    room.stall(),
    room.commit(1),
    room.restart(),
    room.commit(9),
    room.join(2, editor),
    room.load(),
    room.type(2, 3),
  ),
  join(
    room.join(0, editor),
    room.load(),
    ...typed(5),
    room.leave(0),
    room.time(255),
    room.commit(9),
    room.snapshot(1),
  ),
])

const codes = [
  'import math\nprint(math.',
  'class A:\n    def f(self, x: str):\n        self.y = []\n        self.',
  'for i in range(10):\n    if i % 2:\n        pr',
  'x = f"{a + f\'{b}\'} \\N{BULLET}"\ny = """open',
  'match x:\n    case [1, *rest] if (y := 2):\n        re',
  '\u00e4 = lambda \u00f6: \u00f6 ** 2 # \ud83d\ude00\n\u00e4',
]
write(
  'suggest',
  codes.map((code, i) => join([i % 4, 200 - i * 9], text(code))),
)

const get = (lines, body = '') => join([6], text(`${lines.join('\r\n')}\r\n\r\n${body}`))
write('http', [
  get(['GET /rooms/abc?x=1 HTTP/1.1', 'Host: a', 'Accept-Encoding: br']),
  get(['POST /rooms/ HTTP/1.1', 'Host: a', 'Content-Length: 2', 'Content-Type: application/json'], '{}'),
  get(['POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n'),
  get(['GET / HTTP/1.1', 'Host: a', ''], 'GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
  get(['POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'], '0\r\nAuthorization: Bearer x\r\n\r\n'),
  get(['GET /ws/a HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade'], 'rest'),
  get(['POST / HTTP/1.0', 'Content-Length: 5', 'Expect: 100-continue'], 'hello'),
  get(['GET / HTTP/1.1', 'Host: a', `X: ${'y'.repeat(1200)}`]),
  get(['POST / HTTP/1.1', 'Host: a', 'Content-Length: 99999999999999999999']),
  get(['GET / HTTP/1.1']),
  join([1], text('\r\n\r\nnonsense')),
])
write(
  'target',
  [
    ['/rooms/a%20b/code?name=Zo%C3%AB+x', 'a.example:1', 'http://a.example:1'],
    ['/ws/%e4%ff/x?name=%F0%9F%98%80&name=b', 'h', 'keep-alive, Upgrade'],
    ['/%2e%2e/%2e%2e/etc/passwd%00', 'h', 'gzip;q=0.5, br;q=0, *'],
    ['/../x?names=1&name=%', 'h', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ['/', '', 'https://h@evil'],
    ['*', 'x', 'k7mqp-x2v9n-hd4ca-wf3te'],
  ].map(([target, host, value]) => join(piece(text(target)), piece(text(host)), text(value))),
)
write(
  'json',
  [
    '{"name":"Ada","language":"python","days":3,"flag":true}',
    '{"name":"","days":-1,"flag":1,"x":null}',
    '{"name":"\\ud83d\\ude00\\u0000","language":null}',
    '{"name":"a","name":"b"}',
    `${'['.repeat(40)}${']'.repeat(40)}`,
    '{"a":{"b":[1,2,{"user":1}]},"user":{"x":[]},"z":1e5}',
    '[1,2',
    '"name"',
    '',
  ].map(text),
)
