// node bench/yoke/make-trace.mjs OUT.json.gz [--edits N] [--seed N]
// A synthetic editing trace, for those who have no recorded ones: one person writes a text, in bursts of typing,
// with corrections just behind the cursor, now and then elsewhere. One character an edit, as editors emit them.
import fs from 'node:fs'
import { parseArgs } from 'node:util'
import zlib from 'node:zlib'

export function makeTrace(edits, seed) {
  let state = seed >>> 0
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const letters = 'etaoin shrdlu,.\n'
  const text = []
  const txns = []
  let cursor = 0
  let left = 0
  let deleting = false
  while (txns.length < edits) {
    if (left === 0) {
      deleting = text.length > 0 && random() < 0.3
      left = 1 + Math.floor(random() * (deleting ? 8 : 40))
      if (random() < 0.08) cursor = Math.floor(random() * (text.length + 1))
    }
    left--
    if (deleting && cursor > 0) {
      cursor--
      text.splice(cursor, 1)
      txns.push({ patches: [[cursor, 1, '']] })
    } else {
      const letter = letters[Math.floor(random() * letters.length)]
      text.splice(cursor, 0, letter)
      txns.push({ patches: [[cursor, 0, letter]] })
      cursor++
    }
  }
  return { startContent: '', endContent: text.join(''), txns }
}

if (process.argv[1] === import.meta.filename) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { edits: { type: 'string', default: '50000' }, seed: { type: 'string', default: '1' } },
  })
  if (positionals.length !== 1) {
    console.error('usage: make-trace.mjs OUT.json.gz [--edits N] [--seed N]')
    process.exit(2)
  }
  const trace = makeTrace(Number(values.edits), Number(values.seed))
  fs.writeFileSync(positionals[0], zlib.gzipSync(JSON.stringify(trace)))
  console.log(`${trace.txns.length} edits, ${trace.endContent.length} characters at the end`)
}
