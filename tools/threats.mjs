// Every row of the threat model names tests that exist, or says why there is none.
//   node tools/threats.mjs
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const page = 'docs/threat-model.md'

/** Rows of the table as {id, shown}; `shown` is the last column. */
export function rowsOf(markdown) {
  return markdown
    .split('\n')
    .map((line) => /^\| (T\d+) \|.*\| ([^|]*) \|$/.exec(line))
    .filter(Boolean)
    .map(([, id, shown]) => ({ id, shown }))
}

/** What is wrong with one row; `textOf` gives the text of a file, or null. */
export function faultsOf({ id, shown }, textOf) {
  if (/^not (built$|shown by a test: \S)/.test(shown)) return []
  const tests = [...shown.matchAll(/`([^`:]+)(?:: ([^`]+))?`/g)]
  if (tests.length === 0) return [`${id} names no test, and does not say why`]
  return tests.flatMap(([, path, name]) => {
    const text = textOf(path)
    if (text === null) return [`${id}: there is no ${path}`]
    return name === undefined || text.includes(name) ? [] : [`${id}: ${path} has no test "${name}"`]
  })
}

function main() {
  const rows = rowsOf(readFileSync(page, 'utf8'))
  const faults = rows.flatMap((row) =>
    faultsOf(row, (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null)),
  )
  rows.forEach(({ id }, i) => id === `T${i + 1}` || faults.push(`${id} stands at the place of T${i + 1}`))
  if (rows.length === 0) faults.push(`${page} has no rows`)
  for (const fault of faults) console.error(`${page}: ${fault}`)
  process.exitCode = faults.length > 0 ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
