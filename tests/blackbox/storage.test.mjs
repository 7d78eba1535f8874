// What is stored: history, the tools for a database, rooms that expire, damage, a full disk.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import * as Y from 'yjs'
import { Client } from './client.mjs'
import { run, Server, until } from './server.mjs'

const quick = ['--linger-s', '0', '--sweep-ms', '50', '--reserve-mib', '0']
const servers = []
const started = (...flags) => {
  const server = new Server([...quick, ...flags])
  servers.push(server)
  return server.start()
}

// A test that failed did not stop its server.
after(() => Promise.all(servers.map((server) => server.remove())))

const create = async (server, body) => {
  const reply = await server.call('POST', '/rooms/', body)
  assert.equal(reply.status, 201)
  return reply.json
}

const metric = async (server, name) => {
  const { text } = await server.call('GET', '/metrics')
  return Number(new RegExp(`^tandem_${name} (\\d+)$`, 'm').exec(text)[1])
}

const database = (server) => join(server.dir, 'db/tandem.db')

/** `count` edits of one character each, every one an update of its own, all saved. */
const type = async (client, count, letter = 'x') => {
  for (let i = 0; i < count; i++) client.text.insert(client.text.length, letter)
  await client.saved(`${count} edits`)
}

/** Text that no compression makes small. */
const noise = (bytes) => {
  let text = ''
  for (let x = 1; text.length < bytes; x = (x * 48271) % 2147483647) text += x.toString(36)
  return text.slice(0, bytes)
}

test('rows that a snapshot holds become history, and are all still there', async () => {
  const server = await started()
  const { room_id: id } = await create(server)
  const client = await new Client(server, id).join()
  await type(client, 300)
  await client.leave()
  await until(async () => (await metric(server, 'store_compactions_total')) === 1, 'compaction')
  assert.ok((await metric(server, 'store_compacted_rows_total')) >= 300)
  const again = await new Client(server, id).join()
  await type(again, 5, 'y')
  const history = await run('export', database(server), id, '--format', 'json-history')
  assert.equal(history.code, 0)
  const rows = history.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  rows.forEach((row, i) => assert.equal(row.seq, i + 1))
  const doc = new Y.Doc()
  for (const row of rows) Y.applyUpdate(doc, Buffer.from(row.update, 'base64'))
  assert.equal(doc.getText('file:main').toString(), again.text.toString())
  assert.ok(again.text.length >= 305)
  await again.leave()
  assert.equal(await server.stop(), 0)
  const checked = await run('check', database(server))
  assert.equal(checked.code, 0, checked.out)
  assert.match(checked.out, /^1 rooms, \d+ updates: 0 rooms damaged, 0 faults of the file\n$/)
  await server.remove()
})

test('backup of a running server, check, restore with new epochs, export', async () => {
  const server = await started()
  const { room_id: id } = await create(server, { template: 'hello' })
  const client = await new Client(server, id).join()
  await type(client, 50)
  const wanted = client.text.toString()
  const backup = join(server.dir, 'backup.db')
  assert.deepEqual(await run('backup', database(server), backup), { code: 0, out: '', err: '' })
  await type(client, 10, 'z')
  assert.equal((await run('check', backup)).code, 0)
  assert.equal((await run('check', database(server))).code, 0)

  // While somebody writes it is still one moment: a beginning of what was written.
  const busy = join(server.dir, 'busy.db')
  const [copied] = await Promise.all([run('backup', database(server), busy), type(client, 400, 'w')])
  assert.equal(copied.code, 0)
  assert.equal((await run('check', busy)).code, 0)
  const moment = (await run('export', busy, id)).out
  assert.ok(moment.length >= wanted.length)
  assert.ok(client.text.toString().startsWith(moment))

  const twice = await run('backup', database(server), backup)
  assert.equal(twice.code, 1)
  assert.match(twice.err, /backup\.db: is there already/)
  const restored = join(server.dir, 'restored.db')
  const first = await run('restore', backup, restored)
  assert.deepEqual(first, { code: 0, out: 'restored 1 rooms, each with a new epoch\n', err: '' })
  const over = await run('restore', backup, restored)
  assert.equal(over.code, 1)
  assert.match(over.err, /restored\.db: is there already/)
  assert.deepEqual(
    readdirSync(server.dir).filter((name) => /part/.test(name)),
    [],
  )

  assert.equal((await run('export', restored, id)).out, wanted)
  const second = await new Server(['--data', restored]).start()
  const member = await new Client(second, id).join()
  assert.equal(member.text.toString(), wanted)
  const epoch = (one) => one.events.find((event) => event.type === 'hello').epoch
  assert.match(epoch(member), /^[0-9a-f]{32}$/)
  assert.notEqual(epoch(member), epoch(client))
  await member.leave()
  await client.leave()
  assert.equal(await second.remove(), 0)
  assert.equal(await server.remove(), 0)
})

test('a second server on the same database is refused, also after a crash of the first', async () => {
  const server = await started()
  const second = await run('serve', '--port', '0', '--data', database(server))
  assert.equal(second.code, 1)
  assert.match(second.err, /another process holds the database/)
  const { room_id: id } = await create(server)
  const client = await new Client(server, id).join()
  await type(client, 20)
  const text = client.text.toString()
  await server.stop('SIGKILL')
  assert.equal((await run('export', database(server), id)).out, text)
  await server.start()
  assert.equal((await server.call('GET', `/rooms/${id}/code`)).text, text)
  assert.equal(await server.remove(), 0)
})

test('the tools say what is wrong with their arguments and files', async () => {
  const dir = new Server().dir
  const text = join(dir, 'text')
  writeFileSync(text, 'not a database\n'.repeat(1000))
  const cases = [
    [['check'], 2, /argument is missing/],
    [['check', 'a', 'b'], 2, /unexpected argument 'b'/],
    [['check', '--hepl'], 2, /did you mean '--help'/],
    [['check', join(dir, 'nowhere')], 1, /nowhere: No such file or directory/],
    [['check', text], 1, /text: not a Tandem database/],
    [['backup', text, join(dir, 'copy')], 1, /text: not a Tandem database/],
    [['backup', join(dir, 'nowhere'), join(dir, 'copy')], 1, /nowhere: No such file/],
    [['restore', text, join(dir, 'db')], 1, /text: not a Tandem database/],
    [['export', text, 'room'], 1, /text: not a Tandem database/],
    [['export', text, 'room', '--format', 'pdf'], 2, /'pdf' is none of text\|update\|json-history/],
    [['export', text, 'room', '--format'], 2, /a value is missing after '--format'/],
  ]
  for (const [words, code, message] of cases) {
    const got = await run(...words)
    assert.equal(got.code, code, words.join(' '))
    assert.match(got.err, message)
  }
  for (const name of ['check', 'backup', 'restore', 'export']) {
    const help = await run(name, '--help')
    assert.equal(help.code, 0)
    assert.match(help.out, new RegExp(`^tandem ${name} `))
  }
  assert.deepEqual(readdirSync(dir), ['text'])
  rmSync(dir, { recursive: true })
})

test('a room that nobody uses expires while the server runs; a used and a pinned one stay', async () => {
  const server = await started('--expire-days', String(4 / 86400))
  const gone = await create(server)
  const used = await create(server)
  const pinned = await create(server, { expires_in_days: 0 })
  assert.equal(pinned.expires_at, null)
  const client = await new Client(server, used.room_id).join()
  await until(async () => (await metric(server, 'store_swept_rooms_total')) >= 1, 'sweep', 30000)
  assert.equal((await server.call('GET', `/rooms/${gone.room_id}`)).status, 404)
  assert.equal((await server.call('GET', `/rooms/${pinned.room_id}`)).status, 200)
  assert.equal((await server.call('GET', `/rooms/${used.room_id}`)).status, 200)
  await type(client, 3)
  const before = await metric(server, 'store_swept_rooms_total')
  await client.leave()
  await until(async () => (await metric(server, 'store_swept_rooms_total')) > before, 'second sweep', 30000)
  assert.equal((await server.call('GET', `/rooms/${used.room_id}`)).status, 404)
  assert.equal((await server.call('GET', `/rooms/${pinned.room_id}`)).status, 200)
  assert.equal(await server.stop(), 0)
  const checked = await run('check', database(server))
  assert.match(checked.out, /^1 rooms, /)
  assert.equal(checked.code, 0)
  await server.remove()
})

test('a deleted room gives its disk space back', async () => {
  const server = await started()
  const room = await create(server)
  const client = await new Client(server, room.room_id).join()
  for (let i = 0; i < 8; i++) client.text.insert(0, noise(1 << 20))
  await client.saved()
  await client.leave()
  await until(async () => (await metric(server, 'store_file_bytes')) > 8 << 20, 'size')
  const key = { 'x-owner-key': room.owner_key, authorization: `Bearer ${room.owner_key}` }
  assert.equal((await server.call('DELETE', `/rooms/${room.room_id}`, undefined, key)).status, 204)
  await until(async () => (await metric(server, 'store_file_bytes')) < 3 << 20, 'shrinking')
  assert.ok((await metric(server, 'store_freed_pages_total')) > 1000)
  await until(async () => (await metric(server, 'store_wal_bytes')) === 0, 'checkpoint')
  assert.ok(statSync(database(server)).size < 3 << 20)
  assert.equal(await server.remove(), 0)
})

test('history younger than history_days is kept', async () => {
  const server = await started('--history-days', '36500')
  const { room_id: id } = await create(server)
  const client = await new Client(server, id).join()
  await type(client, 250)
  await client.leave()
  await until(async () => (await metric(server, 'store_compactions_total')) === 1, 'compaction')
  assert.equal(await metric(server, 'store_pruned_segments_total'), 0)
  assert.equal(await server.remove(), 0)
})

/** Changes one byte of the stored text `marker`, wherever the file holds it. */
const damage = (file, marker) => {
  const content = readFileSync(file)
  let hits = 0
  for (let at = 0; (at = content.indexOf(marker, at)) >= 0; at++, hits++) content[at] ^= 1
  assert.ok(hits > 0, `${marker} is in the file`)
  writeFileSync(file, content)
}

test('a damaged room alone is out of service, and what is readable of it is saved', async () => {
  const server = await started()
  const bad = await create(server)
  const good = await create(server)
  const writer = await new Client(server, bad.room_id).join()
  writer.text.insert(0, 'kept line\n')
  await writer.saved()
  writer.text.insert(writer.text.length, 'marker-of-the-damage\n')
  await writer.saved()
  await writer.leave()
  const other = await new Client(server, good.room_id).join()
  await type(other, 5)
  await other.leave()
  assert.equal(await server.stop(), 0)
  damage(database(server), 'marker-of-the-damage')

  const checked = await run('check', database(server))
  assert.equal(checked.code, 1)
  assert.match(checked.out, new RegExp(`^room ${bad.room_id}: damaged: log row .* 3$`, 'm'))
  assert.match(checked.out, /^2 rooms, .*: 1 rooms damaged, 0 faults of the file$/m)
  const refused = await run('export', database(server), bad.room_id)
  assert.equal(refused.code, 1)
  assert.match(refused.err, /is damaged/)
  const salvaged = await run('export', database(server), bad.room_id, '--salvage')
  assert.equal(salvaged.code, 1)
  assert.equal(salvaged.out, 'kept line\n')

  await server.start()
  const victim = new Client(server, bad.room_id)
  assert.deepEqual(await victim.closed, { code: 1011, reason: 'the stored room is damaged' })
  await until(() => /what is readable was saved/.test(server.log), 'log line')
  assert.equal(await metric(server, 'quarantined_rooms'), 1)
  const folder = `${database(server)}-quarantine`
  const saved = readdirSync(folder).sort()
  assert.equal(saved.length, 2)
  assert.match(readFileSync(join(folder, saved[0]), 'utf8'), /^# ---- main\.py\nkept line\n/)
  const doc = new Y.Doc()
  Y.applyUpdate(doc, readFileSync(join(folder, saved[1])))
  assert.equal(doc.getText('file:main').toString(), 'kept line\n')
  const neighbour = await new Client(server, good.room_id).join()
  await type(neighbour, 5)
  await new Client(server, bad.room_id).closed
  assert.equal(await metric(server, 'quarantined_rooms'), 1)
  assert.equal(await server.remove(), 0)
})

test('a database at its limit acknowledges nothing, is read, and recovers when there is space', async () => {
  const server = await started('--size-mib-max', '2')
  const ballast = await create(server)
  const { room_id: id } = await create(server)
  const filler = await new Client(server, ballast.room_id).join()
  for (let i = 0; i < 10; i++) filler.text.insert(0, noise(100_000))
  await filler.saved()
  await filler.leave()
  const client = await new Client(server, id).join()
  client.text.insert(0, 'begin ')
  await client.saved()
  for (let i = 0; i < 12; i++) client.text.insert(client.text.length, noise(100_000))
  await until(() => client.heard('store_stalled'), 'the red light')
  assert.ok(client.acked < client.sent)
  assert.equal(await metric(server, 'store_stalled'), 1)
  assert.equal((await server.fetch('/readyz')).status, 503, 'not ready, and it does not wait to say so')
  const reader = await new Client(server, id).join()
  assert.equal(reader.text.toString(), client.text.toString())
  assert.match((await server.call('GET', `/rooms/${id}/code`)).text, /^begin /)
  assert.equal((await server.call('GET', `/rooms/${ballast.room_id}`)).status, 200)
  assert.ok(client.acked < client.sent)
  const key = { 'x-owner-key': ballast.owner_key, authorization: `Bearer ${ballast.owner_key}` }
  assert.equal((await server.call('DELETE', `/rooms/${ballast.room_id}`, undefined, key)).status, 204)
  await client.saved('recovery')
  assert.ok(client.heard('store_recovered'))
  assert.equal(await metric(server, 'store_stalled'), 0)
  assert.equal((await server.fetch('/readyz')).status, 200)
  await server.stop('SIGKILL')
  assert.equal((await run('export', database(server), id)).out, client.text.toString())
  await server.remove()
})

/** A small file system of its own, or why there is none. */
const smallDisk = (dir, mib) => {
  mkdirSync(dir)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', dir])
  return mounted.status === 0 ? null : `no tmpfs can be mounted: ${mounted.stderr ?? mounted.error}`
}

test('a full disk: the reserve is given, then nothing is acknowledged; all recovers', async (t) => {
  const server = new Server(['--linger-s', '0', '--sweep-ms', '50', '--reserve-mib', '4'])
  const disk = join(server.dir, 'disk')
  const why = smallDisk(disk, 16)
  if (why) {
    rmSync(server.dir, { recursive: true })
    t.skip(why) // needs root; the limit of the file above shows the same without the reserve
    return
  }
  t.after(async () => {
    if (server.child) await server.stop('SIGKILL')
    spawnSync('umount', [disk])
    rmSync(server.dir, { recursive: true, force: true })
  })
  const data = join(disk, 'tandem.db')
  server.flags.push('--data', data)
  await server.start()
  await until(() => existsSync(`${data}-reserve`), 'reserve')
  const { room_id: id } = await create(server)
  const client = await new Client(server, id).join()
  client.text.insert(0, 'begin ')
  await client.saved()
  const fill = () => spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'ballast')}`, 'bs=64k'])
  fill()
  for (let i = 0; i < 10 && !(await metric(server, 'store_reserve_released_total')); i++) {
    client.text.insert(client.text.length, noise(100_000))
    await client.saved('saving out of the reserve')
  }
  assert.equal(await metric(server, 'store_reserve_released_total'), 1)
  assert.equal(existsSync(`${data}-reserve`), false)
  const acked = client.acked
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'more')}`, 'bs=64k'])
  for (let i = 0; i < 10; i++) client.text.insert(client.text.length, noise(100_000))
  await until(() => client.heard('store_stalled'), 'the red light')
  assert.ok(client.acked < client.sent)
  assert.ok(client.acked >= acked)
  const reader = await new Client(server, id).join()
  assert.equal(reader.text.toString(), client.text.toString())
  assert.equal((await run('check', data)).code, 0)
  rmSync(join(disk, 'ballast'))
  rmSync(join(disk, 'more'))
  await client.saved('recovery')
  assert.ok(client.heard('store_recovered'))
  await until(() => existsSync(`${data}-reserve`), 'a new reserve')
  await server.stop('SIGKILL')
  assert.equal((await run('export', data, id)).out, client.text.toString())
  assert.equal((await run('check', data)).code, 0)
})
