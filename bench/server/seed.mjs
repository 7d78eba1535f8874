// node bench/server/seed.mjs TRACE.json.gz OUT.upd
// The Yjs state of a document that somebody typed: what a server hands to everybody who joins it.
import fs from 'node:fs'
import zlib from 'node:zlib'
import * as Y from 'yjs'

const [traceFile, outFile] = process.argv.slice(2)
if (!outFile) {
  console.error('usage: seed.mjs TRACE.json.gz OUT.upd')
  process.exit(2)
}
const raw = fs.readFileSync(traceFile)
const trace = JSON.parse(traceFile.endsWith('.gz') ? zlib.gunzipSync(raw) : raw)
const doc = new Y.Doc()
doc.clientID = 1234567
const text = doc.getText('monaco')
if (trace.startContent) text.insert(0, trace.startContent)
for (const { patches } of trace.txns) {
  doc.transact(() => {
    for (const [at, deleted, inserted] of patches) {
      if (deleted > 0) text.delete(at, deleted)
      if (inserted) text.insert(at, inserted)
    }
  })
}
if (text.toString() !== trace.endContent) throw new Error('the trace does not end with its text')
fs.writeFileSync(outFile, Y.encodeStateAsUpdate(doc))
