/** Python's own words: the server offers some of them only where they fit, `break` in a loop. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break case class continue def del elif else except ' +
    'finally for from global if import in is lambda match nonlocal not or pass raise return try ' +
    'type while with yield self cls'
  ).split(' '),
)

const WORD_PART = /[\p{L}\p{N}_]/u

/** What has been typed at the cursor, and where. */
export interface TypedWord {
  code: string
  /** UTF-16 offsets of the word in the code: from its start to the cursor. */
  start: number
  end: number
}

export function wordOf({ code, start, end }: TypedWord): string {
  return code.slice(start, end)
}

/** The cursor stands in the middle of a name. */
export function isInWord({ code, end }: TypedWord): boolean {
  return WORD_PART.test(code.charAt(end))
}

/** Does the word stand anywhere else in the text, as a whole? */
function standsElsewhere({ code, start, end }: TypedWord): boolean {
  const word = code.slice(start, end)
  for (let at = code.indexOf(word); at >= 0; at = code.indexOf(word, at + 1)) {
    if (at === start) continue
    const before = at > 0 ? code.charAt(at - 1) : ''
    if (!WORD_PART.test(before) && !WORD_PART.test(code.charAt(at + word.length))) return true
  }
  return false
}

/** A word that means something as it stands: of Python, of the text, or one that was just offered. */
export function isFinished(typed: TypedWord, offered: ReadonlySet<string>): boolean {
  const word = wordOf(typed)
  return word !== '' && (KEYWORDS.has(word) || offered.has(word) || standsElsewhere(typed))
}

/** Letters after which a word that nobody knows is taken as begun: names of two letters are usual. */
const BEGUN_LETTERS = { statement: 2, attribute: 2, value: 3 }

function placeOf({ code, start }: TypedWord): keyof typeof BEGUN_LETTERS {
  const line = code.slice(code.lastIndexOf('\n', start - 1) + 1, start)
  if (/^\s*$/.test(line)) return 'statement'
  return line.endsWith('.') ? 'attribute' : 'value'
}

/**
 * May Enter take this suggestion without having been told so by the arrow keys? Only when the word
 * is visibly begun, nothing stands behind the cursor that it could belong to, and the suggestion
 * goes on with it letter by letter. In all other cases the line is finished, and Enter ends it.
 */
export function isBegun(typed: TypedWord, label: string, offered: ReadonlySet<string>): boolean {
  const word = wordOf(typed)
  return (
    word.length >= BEGUN_LETTERS[placeOf(typed)] &&
    label.length > word.length &&
    label.startsWith(word) &&
    !isInWord(typed) &&
    !isFinished(typed, offered)
  )
}
