// Writes .br and .gz beside every compressible file of a build, so that the server only has to
// send bytes. Usage: node script/precompress.mjs dist
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

const COMPRESSIBLE = /\.(html|js|mjs|css|svg|json|ttf|txt|map)$/
const SMALLEST_BYTES = 256
const brotli = promisify(zlib.brotliCompress)
const gzip = promisify(zlib.gzip)

const root = process.argv[2] ?? 'dist'
const entries = await readdir(root, { recursive: true, withFileTypes: true })

for (const entry of entries) {
  if (!entry.isFile() || !COMPRESSIBLE.test(entry.name)) continue
  const path = join(entry.parentPath, entry.name)
  const bytes = await readFile(path)
  if (bytes.length < SMALLEST_BYTES) continue
  const params = {
    // Level 11 on four megabytes takes seconds and is worth a fifth of the first visit.
    [zlib.constants.BROTLI_PARAM_QUALITY]: 11,
    [zlib.constants.BROTLI_PARAM_LGWIN]: 22,
    [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  const [br, gz] = await Promise.all([brotli(bytes, { params }), gzip(bytes, { level: 9 })])
  if (br.length < bytes.length) await writeFile(`${path}.br`, br)
  if (gz.length < bytes.length) await writeFile(`${path}.gz`, gz)
}
