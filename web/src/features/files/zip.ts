import { freeName } from '../../shared/lib/file-names'

export const loadZip = () => import('fflate')

/** What no name may hold on one system or another, and letters that only turn the others round. */
const UNSAFE = /[<>:"|?*\\\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
/** Names of devices on Windows, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i

function safeSegment(segment: string): string {
  const clean = segment.replace(UNSAFE, '_').replace(/[. ]+$/, (end) => '_'.repeat(end.length))
  return clean === '' || DEVICE.test(clean) ? `_${clean}` : clean
}

/** Names that every system can unpack, no two of them one where capitals do not count. */
export function entryNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const free = freeName(name.normalize().split('/').map(safeSegment).join('/'), taken)
    taken.add(free)
    return free
  })
}

/** A zip of texts. By streams and not by an object: a file may be called `__proto__`. */
export async function zipOf(files: readonly { name: string; text: string }[]): Promise<Blob> {
  const { strToU8, Zip, ZipDeflate } = await loadZip()
  const names = entryNames(files.map(({ name }) => name))
  return new Promise((resolve, reject) => {
    const chunks: BlobPart[] = []
    const zip = new Zip((error, chunk, last) => {
      if (error) reject(error)
      else chunks.push(chunk as BlobPart)
      if (last) resolve(new Blob(chunks, { type: 'application/zip' }))
    })
    files.forEach(({ text }, i) => {
      const entry = new ZipDeflate(names[i] ?? '')
      zip.add(entry)
      entry.push(strToU8(text), true)
    })
    zip.end()
  })
}
