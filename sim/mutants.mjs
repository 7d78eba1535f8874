// Deliberate faults, one at a time in a copy of the source: the simulator must find each of them
// within its number of seeds, by one of the laws named.
//   script/sim --mutants [NAME...]
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const mutants = [
  {
    name: 'ack-before-commit',
    what: 'an update is acknowledged as soon as it is applied',
    file: 'room/edit.c',
    from: 'p->value <= r->stored_seq;',
    to: 'p->value <= r->last_seq;',
    seeds: 20,
    laws: ['acks are durable'],
  },
  {
    name: 'ack-what-was-refused',
    what: 'later frames of a connection are acknowledged although one was refused',
    file: 'room/edit.c',
    from: 'if (!m->tandem_v1 || m->refused)\n        return;\n    pair *last',
    to: 'if (!m->tandem_v1)\n        return;\n    pair *last',
    seeds: 2000,
    // The last one, when an ack covers what a reader wrote against his page: the page did not count it.
    laws: [
      'acked edits are stored',
      'acked edits are in the text',
      'acks are durable',
      'acks grow and count frames',
    ],
  },
  {
    name: 'freed-unstored',
    what: 'a room leaves memory while rows of it wait for the disk',
    file: 'room/room.c',
    from: 'r->stored_seq == r->last_seq && !r->snapshot_in_flight',
    to: '!r->snapshot_in_flight',
    seeds: 200,
    laws: ['a room goes only when all of it is stored'],
  },
  {
    name: 'snapshot-too-far',
    what: 'a snapshot is made before an update and numbered as if it held it',
    file: 'room/edit.c',
    from: '    if (done.changed) {\n        room__drop_newcomer(r);\n        append(',
    to:
      '    if (done.changed && r->tail_rows > r->limits->compact_rows && !r->snapshot_in_flight) {\n' +
      '        r->tail_rows++;\n' +
      '        r->snapshot_in_flight = true;\n' +
      '        r->snapshot_rows = r->tail_rows;\n' +
      '        r->snapshot_bytes = r->tail_bytes;\n' +
      '        append(r, m, done.told, now_ms);\n' +
      '        fan_out(r, m, done.told);\n' +
      '        static const uint8_t nothing[2];\n' +
      '        r->tail_rows--;\n' +
      '        r->sink->snapshot(r->sink->ctx, r, r->last_seq, bytes_of(nothing, 2));\n' +
      '    } else if (done.changed) {\n        room__drop_newcomer(r);\n        append(',
    seeds: 200,
    laws: ['acked edits are stored', 'acked edits are in the text', 'all replicas are equal'],
  },
  {
    name: 'ghost-cursors',
    what: 'awareness of a connection that is gone is not taken back',
    file: 'room/member.c',
    from: '    awareness_leave(r->awareness, m->session, tell_awareness, r);\n',
    to: '',
    seeds: 50,
    laws: ['a newcomer sees who is there'],
  },
  {
    name: 'viewer-writes',
    what: "a viewer's update is taken",
    file: 'room/edit.c',
    from: 'if (m->role == ROOM_VIEWER) {',
    to: 'if (m->role == ROOM_VIEWER && update.len_bytes > r->limits->update_bytes) {',
    seeds: 200,
    laws: ['viewers change nothing'],
  },
  {
    name: 'answer-while-loading',
    what: 'step 1 is answered from an empty document while the room loads',
    file: 'room/edit.c',
    from: '    if (r->doc == NULL) {\n        keep(',
    to:
      '    if (r->doc == NULL && message.len_bytes > 1 && message.ptr[0] == 0 && message.ptr[1] == 0) {\n' +
      '        static const uint8_t nothing[2];\n' +
      '        room__send(r, m, &(sync_msg){.tag = SYNC_STEP2, .body = bytes_of(nothing, 2)});\n' +
      '        return;\n' +
      '    }\n' +
      '    if (r->doc == NULL) {\n        keep(',
    seeds: 500,
    laws: ['all replicas are equal', 'all are saved within a minute'],
  },
  {
    name: 'other-epoch-merged',
    what: 'the page merges its copy into another history',
    file: 'client/session.c',
    from: "if (s->epoch[0] != '\\0' && strcmp(s->epoch, hello.epoch) != 0) {",
    to: "if (s->epoch[0] != '\\0' && hello.epoch[0] == '\\0') {",
    seeds: 2000,
    laws: ['a page never changes histories'],
  },
  {
    name: 'fan-out-misses-one',
    what: 'an update is not told to the member that joined last',
    file: 'room/edit.c',
    from: 'for (size_t i = 0; i < r->member_count; i++) {\n        member *m = r->members[i];\n        if (m == from',
    to: 'for (size_t i = 0; i + 1 < r->member_count; i++) {\n        member *m = r->members[i];\n        if (m == from',
    seeds: 100,
    laws: ['all replicas are equal'],
  },
  {
    name: 'unflushed-commit',
    what: 'a commit does not wait for the flush',
    file: 'store/sqlite/open.c',
    from: 'PRAGMA synchronous = FULL;',
    to: 'PRAGMA synchronous = OFF;',
    seeds: 1000,
    laws: ['acked edits are stored', 'rooms with promises are there', 'rooms that exist are served'],
  },
  {
    name: 'lost-ack',
    what: 'an ack for which memory lacks is forgotten',
    file: 'room/member.c',
    from: '    m->lost = r->some_lost = true;\n',
    to: '',
    seeds: 2000,
    laws: ['all are saved within a minute', 'all replicas are equal', 'an ack comes after a hello'],
  },
  {
    name: 'leak',
    what: 'what a member said while the room loaded is never freed',
    file: 'room/member.c',
    from: '    if (m->waiting != NULL)\n        buf_deinit(m->waiting);\n',
    to: '',
    seeds: 500,
    laws: ['no memory leaks'],
  },
  {
    name: 'commit-told-anyway',
    what: 'rows are reported as stored although the commit has to wait',
    file: 'host/commit.c',
    from: '    if (err == BASE_OK)\n        report(c, ops);\n    return err;',
    to: '    if (err != STORE_EIO)\n        report(c, ops);\n    return err;',
    seeds: 500,
    laws: ['acks are durable', 'a room goes only when all of it is stored', 'rows are stored without gaps'],
  },
  {
    name: 'by-room-all-stored',
    what: 'rows of a room that cannot be written are reported as stored',
    file: 'host/commit.c',
    from: 'fate = refused ? COMMIT_REFUSED : COMMIT_STORED;',
    to: 'fate = COMMIT_STORED;',
    seeds: 500,
    laws: ['acks are durable', 'a room goes only when all of it is stored', 'rows are stored without gaps'],
  },
  {
    name: 'by-room-all-refused',
    what: 'one room that cannot be written takes the others with it',
    file: 'host/commit.c',
    from: 'strcmp(c->rows[k].room_id, c->rows[i].room_id) != 0)\n            continue;',
    to: '(!refused && strcmp(c->rows[k].room_id, c->rows[i].room_id) != 0))\n            continue;',
    seeds: 6000,
    laws: ['only what cannot be written is given up'],
  },
  {
    name: 'no-frame-rate',
    what: 'a fast writer is not slowed',
    file: 'host/pace.c',
    from: 'if (frames_ms > 0)',
    to: 'if (frames_ms > 60000)',
    seeds: 500,
    laws: ['limit frames_per_second'],
  },
  {
    name: 'no-back-pressure',
    what: 'writers go on while much of their room is not stored',
    file: 'host/member.c',
    from: 'if (stop.ms < LIMIT_BACKLOG_MS && session_backlogged(h, m->session))',
    to: 'if (stop.limit != NULL && stop.ms < LIMIT_BACKLOG_MS && session_backlogged(h, m->session))',
    seeds: 200,
    laws: ['writers wait while much is not stored'],
  },
  {
    name: 'slow-readers-stay',
    what: 'a reader may be behind for ever',
    file: 'host/pace.c',
    from: 'return now_ms - p->soft_since_ms > max->queue_soft_ms;',
    to: 'return now_ms - p->soft_since_ms > 100 * max->queue_soft_ms;',
    seeds: 2000,
    laws: ['limit queue_soft_ms'],
  },
  {
    name: 'slow-readers-pile-up',
    what: 'the queue of a slow reader has no end',
    file: 'host/member.c',
    from: '        m->doomed = session_doom(h, m->session);\n',
    to: '        m->doomed = true;\n',
    seeds: 2000,
    laws: ['limit queue_hard_bytes'],
  },
  {
    name: 'damaged-not-kept',
    what: 'what can be read of a damaged room is not written down',
    file: 'host/sink.c',
    from: '    if (j->damaged != NULL)\n        quarantine_put(h, j->damaged);',
    to: '    if (j->damaged != NULL)\n        damaged_free(j->damaged);',
    seeds: 2000,
    laws: ['what can be read of a damaged room is kept'],
  },
  {
    name: 'damaged-kept-again',
    what: 'a damaged room is written down at every try',
    file: 'host/quarantine.c',
    from: '        *at = q;\n        metric_add',
    to: '        base_alloc_put(h->alloc, q, sizeof *q);\n        metric_add',
    seeds: 2000,
    laws: ['a damaged room is written down once', 'as many are in quarantine as are damaged'],
  },
  {
    name: 'repaired-not-lifted',
    what: 'a room that could be read again stays in quarantine',
    file: 'host/sink.c',
    from: '    else if (j->err == BASE_OK)\n        quarantine_lift(h, j->id);\n',
    to: '',
    seeds: 2000,
    laws: ['as many are in quarantine as are damaged'],
  },
  {
    name: 'drain-without-commit',
    what: 'members are told to go before what was read is stored',
    file: 'host/drain.c',
    from: '    h->port.submit(h->port.ctx, &h->barrier);\n',
    to: '    on_committed(h->home, &h->barrier);\n',
    seeds: 500,
    laws: ['a drain waits for what was read'],
  },
  {
    name: 'drain-reads-on',
    what: 'what comes after SIGTERM is read',
    file: 'host/drain.c',
    from: '        m->stopped = true;\n        h->port.stop(m);\n',
    to: '',
    seeds: 200,
    laws: ['nothing is read after SIGTERM'],
  },
  {
    name: 'drain-leaves-rooms',
    what: 'a room that was opened while the process drains is not closed',
    file: 'host/drain.c',
    from: '    if (sockets == 0 && h->count == 0)\n',
    to: '    if (sockets == 0)\n',
    seeds: 2000,
    laws: ['a drain waits for its rooms'],
  },
]

const root = 'build-sim-mutants'
const source = `${root}/source`
const build = `${root}/build`

function copySource() {
  mkdirSync(source, { recursive: true })
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  for (const file of files.split('\n')) {
    if (file === '' || /^(web|tests\/vectors\/data|fuzz\/corpus)\//.test(file) || !existsSync(file)) continue
    // Only what differs, with the time of now: a mutant's object must not look newer than its source.
    const to = `${source}/${file}`
    if (existsSync(to) && readFileSync(to).equals(readFileSync(file))) continue
    cpSync(file, to)
  }
}

function ninja() {
  const made = spawnSync('ninja', ['-C', build, 'sim/tandem-sim'], { encoding: 'utf8' })
  return made.status === 0 ? null : made.stdout
}

/** What the simulator says of this mutant: the first broken law and its seed. */
function hunt(mutant) {
  const args = ['--seeds', `1..${mutant.seeds}`, '--stop', '--shrink', '0']
  const run = spawnSync(`${build}/sim/tandem-sim`, args, { encoding: 'utf8' })
  const found = /^seed (\d+): ([^:]+): /m.exec(run.stdout)
  return found ? { seed: Number(found[1]), law: found[2] } : null
}

function judge(mutant) {
  const path = `${source}/${mutant.file}`
  const original = readFileSync(path, 'utf8')
  if (original.split(mutant.from).length !== 2) return 'its place in the source is not there once'
  writeFileSync(path, original.replace(mutant.from, () => mutant.to))
  try {
    const fault = ninja()
    if (fault !== null) return `it does not compile:\n${fault}`
    const found = hunt(mutant)
    if (found === null) return `not found in ${mutant.seeds} seeds`
    if (!mutant.laws.includes(found.law)) return `found by another law: ${found.law}, seed ${found.seed}`
    console.log(`ok      ${mutant.name.padEnd(22)} seed ${String(found.seed).padStart(4)}: ${found.law}`)
    return null
  } finally {
    writeFileSync(path, original)
  }
}

const names = process.argv.slice(2)
const chosen = mutants.filter((m) => names.length === 0 || names.includes(m.name))
if (chosen.length === 0) {
  console.error(`no such mutant; there are: ${mutants.map((m) => m.name).join(' ')}`)
  process.exit(2)
}
copySource()
if (!existsSync(`${build}/build.ninja`)) {
  execFileSync('meson', ['setup', build, source, '-Dtests=false', '-Doptimization=1'])
}
let failed = 0
for (const mutant of chosen) {
  const why = judge(mutant)
  if (why === null) continue
  failed++
  console.log(`not ok  ${mutant.name.padEnd(22)} ${mutant.what}: ${why}`)
}
console.log(`${chosen.length - failed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
