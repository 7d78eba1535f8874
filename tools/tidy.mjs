// House rules that no compiler checks: line, function and file length, leftovers, documented headers.
//   node tools/tidy.mjs
// A C file longer than the limit says why in its first comment, after "size:"; a function says it in
// the comment above itself, likewise.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const LINE_COLUMNS_MAX = 100
const SCRIPT_COLUMNS_MAX = 120 // shell and Node tools, where wrapped commands read worse
const FUNCTION_LINES_MAX = 70
const FILE_LINES_MAX = 600
const TEST_FILE_LINES_MAX = 1000

// Not read: the page is Biome's business; the vectors' generator is kept as it made them.
const excused = ['web/', 'tests/vectors/']

/** Functions of a C source in our clang-format style, as {line, name, lines, excused}. */
export function functionsOf(source) {
  const lines = source.split('\n')
  const found = []
  for (let i = 0; i < lines.length; i++) {
    // K&R: the brace of a function stands alone in column 0.
    if (lines[i] !== '{') continue
    let head = i - 1
    while (head > 0 && /^\s/.test(lines[head])) head--
    const name = /([A-Za-z_][A-Za-z0-9_]*)\s*\(/.exec(lines[head])?.[1]
    let end = i
    while (end < lines.length && lines[end] !== '}') end++
    if (name) {
      let above = head - 1
      let excused = false
      while (above >= 0 && /^( \*|\/\*|\/\/)/.test(lines[above])) {
        excused ||= lines[above].includes('size:')
        above--
      }
      found.push({ line: head + 1, name, lines: end - head + 1, excused })
    }
    i = end
  }
  return found
}

/** What is wrong in one file, as sentences. */
export function faultsOf(path, source) {
  const faults = []
  const lines = source.split('\n')
  const columns = /\.(c|h|tsx?)$/.test(path) ? LINE_COLUMNS_MAX : SCRIPT_COLUMNS_MAX
  lines.forEach((line, i) => {
    const at = `${path}:${i + 1}`
    if ([...line].length > columns && !/https?:/.test(line))
      faults.push(`${at}: longer than ${columns} columns`)
    if (/\b(TODO|FIXME|XXX)\b/.test(line) && !path.startsWith('tools/tidy'))
      faults.push(`${at}: left-over note`)
    if (/\t/.test(line)) faults.push(`${at}: tab`)
  })
  if (/\.[ch]$/.test(path)) {
    const firstComment = /^\s*(\/\*[\s\S]*?\*\/|(?:\/\/.*\n)+)/.exec(source)?.[0] ?? ''
    const linesMax = path.includes('/test/') ? TEST_FILE_LINES_MAX : FILE_LINES_MAX
    if (lines.length > linesMax && !firstComment.includes('size:')) {
      faults.push(`${path}: ${lines.length} lines, more than ${linesMax} and no reason given`)
    }
    for (const f of functionsOf(source)) {
      if (f.lines > FUNCTION_LINES_MAX && !f.excused) {
        faults.push(`${path}:${f.line}: ${f.name} has ${f.lines} lines, more than ${FUNCTION_LINES_MAX}`)
      }
    }
    if (path.endsWith('.h') && !firstComment) {
      faults.push(`${path}: a header starts with a comment that says what it is for`)
    }
  }
  return faults
}

function main() {
  const kinds = ['*.c', '*.h', '*.ts', '*.tsx', '*.mjs', 'script/*']
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...kinds], { encoding: 'utf8' })
    .split('\n')
    .filter((f) => f && !excused.some((e) => f.startsWith(e)))
  const faults = files.flatMap((f) => faultsOf(f, readFileSync(f, 'utf8')))
  for (const f of faults) console.error(f)
  process.exitCode = faults.length || files.length === 0 ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
