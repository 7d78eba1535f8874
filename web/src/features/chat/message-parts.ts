/** Lines of a file, counted from 1. `file` is '' in messages of before, which named none. */
export interface LineLink {
  file: string
  from: number
  to: number
}

/** What a message is made of: text, code, links to the web and to lines of files. */
export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'block'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'lines'; text: string; link: LineLink }

// A fence, a code span, a web address, lines: whichever comes first. A file is named as it is when its
// name has an ending and no spaces, else in quotes.
const PATTERN =
  /```(?:[a-z]*\n)?([\s\S]+?)\n?```|`([^`\n]+)`|(https?:\/\/[^\s<>"'`]+)|(?:"([^"\n]{1,255})"|(?<![\p{L}\p{N}_./\\-])([\p{L}\p{N}_./-]*\.\p{L}[\p{L}\p{N}]*)):(\d{1,6})(?:-(\d{1,6}))?(?![\p{L}\p{N}_:])|(?<![\w#])#L(\d{1,6})\b/gu

/** Of the groups of PATTERN: a line without a file. */
const ALONE = 7

/** Marks that end a sentence do not belong to the address before them. */
function trimAddress(address: string): string {
  const trimmed = address.replace(/[.,;:!?]+$/, '')
  return trimmed.endsWith(')') && !trimmed.includes('(') ? trimmed.slice(0, -1) : trimmed
}

function partOf(match: RegExpMatchArray): Part {
  const [whole, block, code, address, quoted, plain, first, last, alone] = match
  if (block !== undefined) return { kind: 'block', text: block }
  if (code !== undefined) return { kind: 'code', text: code }
  if (address !== undefined) {
    const href = trimAddress(address)
    return { kind: 'link', text: href, href }
  }
  const from = Number(first ?? alone)
  const to = Math.max(from, Number(last ?? from))
  if (!(from > 0)) return { kind: 'text', text: whole }
  return { kind: 'lines', text: whole, link: { file: quoted ?? plain ?? '', from, to } }
}

export function messageParts(text: string): Part[] {
  const parts: Part[] = []
  let done = 0
  for (const match of text.matchAll(PATTERN)) {
    if (match.index > done) parts.push({ kind: 'text', text: text.slice(done, match.index) })
    const part = partOf(match)
    parts.push(part)
    done = match.index + (part.kind === 'link' ? part.text.length : match[0].length)
  }
  if (done < text.length) parts.push({ kind: 'text', text: text.slice(done) })
  return parts
}

/** `main.py:12` or `main.py:12-15`, as `messageParts` reads it. */
export function lineLink({ file, from, to }: LineLink): string {
  const lines = to > from ? `${from}-${to}` : `${from}`
  const plain = `${file}:${lines}`
  const [only] = messageParts(plain)
  const readable = only?.kind === 'lines' && only.link.file === file && only.text === plain
  return readable ? plain : `"${file}":${lines}`
}

/** `#L12` is a line of the file that the writer has in view: what is sent names it. */
export function nameLines(text: string, file: string): string {
  if (file === '') return text
  return text.replace(PATTERN, (whole: string, ...groups: (string | undefined)[]) => {
    const line = Number(groups[ALONE])
    return line > 0 ? lineLink({ file, from: line, to: line }) : whole
  })
}
