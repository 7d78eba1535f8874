/** What a message is made of: text, code, links to the web and to lines of the file. */
export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'block'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'line'; text: string; line: number }

// A fence, a code span, a web address, a line: whichever comes first.
const PATTERN =
  /```(?:[a-z]*\n)?([\s\S]+?)\n?```|`([^`\n]+)`|(https?:\/\/[^\s<>"'`]+)|(?<![\w#])#L(\d{1,6})\b/g

/** Marks that end a sentence do not belong to the address before them. */
function trimAddress(address: string): string {
  const trimmed = address.replace(/[.,;:!?]+$/, '')
  return trimmed.endsWith(')') && !trimmed.includes('(') ? trimmed.slice(0, -1) : trimmed
}

function partOf(match: RegExpMatchArray): Part {
  const [whole, block, code, address, line] = match
  if (block !== undefined) return { kind: 'block', text: block }
  if (code !== undefined) return { kind: 'code', text: code }
  if (line !== undefined && Number(line) > 0)
    return { kind: 'line', text: whole, line: Number(line) }
  if (address === undefined) return { kind: 'text', text: whole }
  const href = trimAddress(address)
  return { kind: 'link', text: href, href }
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
