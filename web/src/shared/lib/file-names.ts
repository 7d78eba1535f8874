/** Names of files as people see them: a path with `/`, unique without regard to case. */
export const FILE_NAME_BYTES_MAX = 255

const FORBIDDEN = /[\\:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** What is wrong with a name, as a sentence; '' when it may be used. */
export function fileNameProblem(name: string, taken: readonly string[]): string {
  if (name.trim() === '') return 'A file needs a name.'
  if (bytesOf(name) > FILE_NAME_BYTES_MAX) {
    return `That name is too long. It may have ${FILE_NAME_BYTES_MAX} bytes.`
  }
  const bad = FORBIDDEN.exec(name)
  if (bad) {
    const shown = /\p{C}|\p{Z}/u.test(bad[0]) ? 'invisible characters' : bad[0]
    return `A file name cannot have ${shown} in it.`
  }
  const parts = name.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part !== part.trim())) {
    return 'Write folders like this: tests/test_app.py.'
  }
  const same = name.toLowerCase()
  if (taken.some((other) => other.toLowerCase() === same)) return `There is a ${name} already.`
  return ''
}

/** `app.py` becomes `app (2).py` when it is taken, then `app (3).py`. */
export function freeName(name: string, taken: Iterable<string>): string {
  const used = new Set([...taken].map((other) => other.toLowerCase()))
  if (!used.has(name.toLowerCase())) return name
  const dot = name.lastIndexOf('.')
  const cut = dot > name.lastIndexOf('/') + 1 ? dot : name.length
  for (let number = 2; ; number += 1) {
    const next = `${name.slice(0, cut)} (${number})${name.slice(cut)}`
    if (!used.has(next.toLowerCase())) return next
  }
}

const PYTHON: ReadonlySet<string> = new Set(['py', 'pyi', 'pyw'])

/** The editor's language for a name; everything that is not Python is plain text. */
export function languageOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return PYTHON.has(name.slice(dot + 1).toLowerCase()) ? 'python' : 'plaintext'
}
