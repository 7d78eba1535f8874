import assert from 'node:assert/strict'
import { test } from 'node:test'
import { circlesOf, fault, includesOf } from './layers.mjs'
import { faultsOf as threatFaultsOf, rowsOf } from './threats.mjs'
import { faultsOf, functionsOf } from './tidy.mjs'

test('own includes are found, others are not', () => {
  const source = '#include <stdio.h>\n#include "base/buf.h"\n#include <yoke/yoke.h>\n#include "local.h"\n'
  assert.deepEqual(includesOf(source), [
    [2, 'base/buf.h'],
    [3, 'yoke/yoke.h'],
  ])
})

test('arrows go down only', () => {
  assert.equal(fault('room/room.c', 'wire/ws.h'), null)
  assert.equal(fault('room/room.c', 'room/limits.h'), null)
  assert.match(fault('wire/ws.c', 'room/room.h'), /must not include/)
  assert.match(fault('store/dispatch.c', 'wire/ws.h'), /must not include/)
  assert.match(fault('room/room.c', 'yoke/src/block.h'), /internal/)
})

test('wings of one floor include downwards only', () => {
  assert.equal(fault('server/api/rooms.c', 'server/http/exchange.h'), null)
  assert.equal(fault('server/serve.c', 'server/net/loop.h'), null)
  assert.equal(fault('server/net/test/test_address.c', 'server/app/config.h'), null)
  assert.match(fault('server/http/cors.c', 'server/api/api.h'), /server\/http must not include server\/api/)
  assert.match(fault('server/app/log.c', 'server/net/loop.h'), /must not include/)
  assert.match(fault('server/net/test/test_address.c', 'server/drain.h'), /must not include server\/\./)
  assert.match(fault('server/attic/x.c', 'server/net/loop.h'), /server\/attic is no wing/)
  assert.equal(fault('store/sqlite/open.c', 'store/impl.h'), null)
  assert.equal(fault('store/test/fixture.c', 'store/memory/memory.h'), null)
  assert.match(fault('store/dispatch.c', 'store/sqlite/open.h'), /store\/\. must not include store\/sqlite/)
})

test('circles of files are found, a .c with its .h as one room', () => {
  assert.deepEqual(
    circlesOf([
      ['f/a.c', 'f/a.h'],
      ['f/a.c', 'f/b.h'],
      ['f/b.h', 'f/c.h'],
    ]),
    [],
  )
  assert.deepEqual(
    circlesOf([
      ['f/a.c', 'f/b.h'],
      ['f/b.c', 'f/c.h'],
      ['f/c.h', 'f/a.h'],
      ['f/d.c', 'f/a.h'],
    ]),
    [['f/a', 'f/b', 'f/c']],
  )
})

test('long functions and lines are named', () => {
  const body = Array(80).fill('    x++;').join('\n')
  const source = `/* a */\nint f(void)\n{\n${body}\n}\n`
  assert.equal(functionsOf(source)[0].lines, 83)
  assert.match(faultsOf('a.c', source)[0], /f has 83 lines/)
  assert.deepEqual(faultsOf('a.c', source.replace('int f', '/* size: a table */\nint f')), [])
  assert.match(faultsOf('a.ts', 'x'.repeat(101))[0], /longer than 100/)
})

test('a threat names tests that exist, or says why there is none', () => {
  const table =
    '| id | asset |\n|---|---|\n| T1 | a | b | c | `x.c: one`, `y.mjs` |\n| T2 | a | b | c | not built |\n'
  const rows = rowsOf(table)
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['T1', 'T2'],
  )
  const textOf = (path) => (path === 'x.c' ? 'static void one(void)' : null)
  assert.deepEqual(threatFaultsOf(rows[0], textOf), ['T1: there is no y.mjs'])
  assert.match(threatFaultsOf({ id: 'T3', shown: '`x.c: two`' }, textOf)[0], /no test "two"/)
  assert.match(threatFaultsOf({ id: 'T4', shown: 'later' }, textOf)[0], /names no test/)
  assert.deepEqual(threatFaultsOf(rows[1], textOf), [])
  assert.deepEqual(threatFaultsOf({ id: 'T5', shown: 'not shown by a test: no systemd here' }, textOf), [])
})
