// A person who types Python as people do: a key after the other, eyes on the screen. Takes back the
// brackets that the editor closed too early, and the indentation that it made too deep.
import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from './room.mjs'

const PIECE_LINES = 16

// Lines of the standard library of the Python that is installed, so that nobody chose them for us:
// pieces of which every fifth line or more ends in a name, where Enter could be taken for a choice.
const PICK = `
import json, os, random, re, sys, sysconfig
dice = random.Random(int(sys.argv[1])); wanted = int(sys.argv[2]); size = int(sys.argv[3])
folder = sysconfig.get_path("stdlib")
names = sorted(n for n in os.listdir(folder) if n.endswith(".py"))
fits = re.compile(r"[ -~]{0,88}")
named = re.compile(r" *(pass|break|continue|(return|import|from|yield) .*\\w|[^#]*[=.] ?[a-zA-Z_]\\w*)")
pieces = []
while wanted > 0:
    try:
        lines = open(os.path.join(folder, dice.choice(names)), encoding="ascii").read().split("\\n")
    except (UnicodeDecodeError, OSError):
        continue
    starts = [i for i, line in enumerate(lines) if re.match("(def|class|import|from|@)", line)]
    if not starts:
        continue
    at = dice.choice(starts)
    piece = lines[at : at + min(size, wanted)]
    while piece and piece[-1] == "":
        piece.pop()
    if sum(named.fullmatch(line) is not None for line in piece) * 5 < len(piece):
        continue
    if all(fits.fullmatch(line) and line == line.rstrip() for line in piece):
        pieces.append(piece)
        wanted -= len(piece)
print(json.dumps(pieces))
`

/** Pieces of real Python, that many lines together. */
export function realPython(seed, lines) {
  const out = execFileSync('python3', ['-c', PICK, String(seed), String(lines), `${PIECE_LINES}`])
  return JSON.parse(out.toString())
}

async function caret(person) {
  const words = await person.page.locator('footer').textContent()
  const [, line, column] = /Ln (\d+), Col (\d+)/.exec(words) ?? []
  return { line: Number(line), column: Number(column) }
}

const count = (text, sign) => text.split(sign).length - 1

/** The editor may have closed what this line opens. */
function opensMore(line) {
  return ['()', '[]', '{}'].some(([a, b]) => count(line, a) > count(line, b)) || /["']/.test(line)
}

async function indent(person, width) {
  let { column } = await caret(person)
  while (column > width + 1) {
    await person.press('Backspace')
    const before = column
    await until('less indentation', async () => {
      column = (await caret(person)).column
      return column < before
    })
  }
  await person.type(' '.repeat(width + 1 - column), 30)
}

/** The editor puts a closing bracket under the line that opened; who wants it elsewhere moves it back. */
async function moveBack(person, number, width) {
  const shown = (await person.text()).split('\n')[number - 1] ?? ''
  const missing = width - (shown.length - shown.trimStart().length)
  if (missing <= 0) return
  await person.press('Home')
  await person.type(' '.repeat(missing), 30)
  await person.press('End')
}

/** Takes back what stands behind the caret. */
async function takeBack(person, number, line) {
  let extra = 0
  await until(`line ${number} on the screen`, async () => {
    const shown = (await person.text()).split('\n')[number - 1] ?? ''
    extra = shown.length - line.length
    return shown.startsWith(line) || shown
  })
  for (; extra > 0; extra -= 1) await person.press('Delete')
}

/** Types the lines into an empty file; throws when a line break went missing. */
export async function typeLines(person, lines, delay) {
  for (const [index, line] of lines.entries()) {
    if (index > 0) {
      await person.press('Enter')
      await until(
        `Enter behind ${JSON.stringify(lines[index - 1])}`,
        async () => (await caret(person)).line === index + 1 || person.text(),
        5_000,
      )
    }
    if (line === '') continue
    const text = line.trimStart()
    await indent(person, line.length - text.length)
    await person.type(text.slice(0, 1), delay)
    if (/^[)\]}]/.test(text)) await moveBack(person, index + 1, line.length - text.length)
    await person.type(text.slice(1), delay)
    if (opensMore(line)) await takeBack(person, index + 1, line)
    await sleep(delay)
  }
}

/** Empties the file, types, and compares with what the server has then. */
export async function typesExactly(person, room, lines, delay) {
  const stored = async () => (await fetch(`${room.base}/rooms/${room.id}/code`)).text()
  await person.focus()
  await person.press('Escape', 'Control+a', 'Delete')
  await until('an empty file', async () => (await stored()) === '')
  await typeLines(person, lines, delay)
  const wanted = lines.join('\n')
  await until('what was typed', async () => {
    const text = await stored()
    if (text === wanted) return true
    const got = text.split('\n')
    const at = got.findIndex((line, i) => line !== lines[i])
    return `line ${at + 1} is ${JSON.stringify(got[at])} and not ${JSON.stringify(lines[at])}`
  })
}
