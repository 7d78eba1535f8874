// Does the crash harness find a program that loses what it acknowledged?  Each mutant is this program with
// one promise broken, built from a copy of the sources; the harness must fail on it.
//   script/crash --mutants
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CYCLES = 60
const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const copy = join(root, 'build-crash/mutants')

// Every `from` stands exactly once in its file.
const mutants = [
  {
    name: 'an update is acknowledged when it is applied, not when it is stored',
    edits: [
      {
        file: 'room/edit.c',
        from: 'p != NULL && p->value <= r->stored_seq;',
        to: 'p != NULL && p->value <= r->last_seq;',
      },
    ],
  },
  {
    name: 'every other batch is committed with the next one',
    edits: [
      {
        file: 'store/sqlite/log.c',
        from: '        err = sqlite_append_row(s, &rows[i]);\n    return sqlite_end(s, err);',
        to: `        err = sqlite_append_row(s, &rows[i]);
    static unsigned n;
    return err == BASE_OK && ++n % 2 ? err : sqlite_end(s, err);`,
      },
      {
        file: 'store/sqlite/call.c',
        from: '    int err = sqlite_run(statement(s, Q_BEGIN));\n',
        to: '    int err = sqlite3_get_autocommit(s->db) ? sqlite_run(statement(s, Q_BEGIN)) : BASE_OK;\n',
      },
    ],
  },
  {
    name: 'the last row of a batch of many is left out',
    edits: [
      {
        file: 'store/sqlite/log.c',
        from: '    for (size_t i = 0; i < count && err == BASE_OK; i++)\n        err = sqlite_append_row',
        to: '    for (size_t i = 0; i + (count > 8) < count && err == BASE_OK; i++)\n        err = sqlite_append_row',
      },
    ],
  },
  {
    name: 'a snapshot says that it holds one row more than it does',
    edits: [
      {
        file: 'store/sqlite/log.c',
        from: '    sqlite3_bind_int64(q, 2, (sqlite3_int64)snapshot->upto_seq);',
        to: '    sqlite3_bind_int64(q, 2, (sqlite3_int64)snapshot->upto_seq + 1);',
      },
    ],
  },
  {
    name: 'compaction takes one row more than it packed',
    edits: [
      {
        file: 'store/sqlite/compact.c',
        from: '    err = sqlite_log_drop(s, c->key, last);',
        to: '    err = sqlite_log_drop(s, c->key, last + 1);',
      },
    ],
  },
]

/** A copy of what is needed to build the program. */
function copySources() {
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const file of files
    .split('\n')
    .filter((file) => file && !/^(web|tests|docs|fuzz\/corpus)\//.test(file)))
    cpSync(join(root, file), join(copy, file))
  for (const folder of ['tests', 'web/dist']) mkdirSync(join(copy, folder), { recursive: true })
  cpSync(join(root, 'tests/meson.build'), join(copy, 'tests/meson.build'))
  cpSync(join(root, 'tests/vectors'), join(copy, 'tests/vectors'), { recursive: true })
  cpSync(join(root, 'tests/differential'), join(copy, 'tests/differential'), { recursive: true })
  const options = ['--buildtype=release', '-Dtests=false', '-Dcrash_points=true']
  execFileSync('meson', ['setup', 'build', ...options], { cwd: copy, stdio: 'ignore' })
}

function mutate({ edits }) {
  const before = new Map()
  for (const { file, from, to } of edits) {
    const path = join(copy, file)
    const source = readFileSync(path, 'utf8')
    if (source.split(from).length !== 2) throw new Error(`${file}: not there exactly once: ${from}`)
    if (!before.has(path)) before.set(path, source)
    writeFileSync(
      path,
      source.replace(from, () => to),
    )
  }
  return () => before.forEach((source, path) => writeFileSync(path, source))
}

copySources()
let passed = 0
for (const mutant of mutants) {
  const restore = mutate(mutant)
  execFileSync('ninja', ['-C', 'build', '--quiet', 'tandem'], { cwd: copy, stdio: 'inherit' })
  const env = { ...process.env, TANDEM_PROGRAM: join(copy, 'build/tandem') }
  const flags = ['tests/crash/run.mjs', '--cycles', String(CYCLES), '--discard']
  const { status, signal, stdout, stderr, error } = spawnSync('node', flags, {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  if (error) throw error
  const found =
    status !== 0 &&
    /^ {2}(?=\S).*(lost|torn|doubled|closed with|never written|mark of|not gone|tandem check)/m.exec(stdout)
  const cycles = /(\d+) cycles in/.exec(stdout)?.[1]
  console.log(
    `${found ? 'found' : 'NOT FOUND'} after ${cycles} cycles: ${mutant.name}${found ? `:${found[0]}` : ''}`,
  )
  if (!found) console.log(`status ${status}, signal ${signal}\n${stdout.slice(-2000)}${stderr.slice(-2000)}`)
  if (found) passed++
  restore()
}
rmSync(copy, { recursive: true, force: true })
console.log(`${passed} passed, ${mutants.length - passed} failed`)
process.exit(passed === mutants.length ? 0 : 1)
