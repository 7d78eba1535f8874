import type { EditorHost } from '../../collab/editor-host'
import type { Session } from '../../collab/session'
import { monaco } from './monaco'

const REST_MS = 250
/** Rows that came since are not worth a request each time the pointer rests. */
const FRESH_MS = 10_000

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** Who wrote what stands in the line, in words; '' when there is nothing or it cannot be known. */
export async function lineAuthor(
  session: Session,
  host: EditorHost,
  line: number,
): Promise<string> {
  const { history } = session
  if (Date.now() - history.loadedAt > FRESH_MS && !(await history.load())) return ''
  const place = host.lineInText(line)
  const written = place && history.authorship.latest(place.text, place.from, place.to)
  if (!written) return ''
  return `${history.author(written.author).name}, ${when.format(new Date(written.at))}`
}

/** Markdown marks in a name are letters like others. */
function plainText(text: string): monaco.IMarkdownString {
  return { value: text.replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&') }
}

/** When the pointer rests on a line's number, says who wrote the line. */
export function showLineAuthors(
  editor: monaco.editor.IStandaloneCodeEditor,
  session: Session,
  host: EditorHost,
): monaco.IDisposable {
  const marks = editor.createDecorationsCollection()
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  const show = async (line: number) => {
    asked = line
    const words = await lineAuthor(session, host, line)
    if (asked !== line || words === '' || !editor.getModel()) return
    const options = { lineNumberHoverMessage: plainText(words), isWholeLine: true }
    marks.set([{ range: new monaco.Range(line, 1, line, 1), options }])
  }
  const moved = editor.onMouseMove(({ target }) => {
    if (target.type !== monaco.editor.MouseTargetType.GUTTER_LINE_NUMBERS) return
    const line = target.position.lineNumber
    if (line === asked) return
    clearTimeout(timer)
    timer = setTimeout(() => void show(line), REST_MS)
  })
  const changed = editor.onDidChangeModelContent(() => {
    asked = 0
  })
  return {
    dispose: () => {
      clearTimeout(timer)
      asked = 0
      moved.dispose()
      changed.dispose()
    },
  }
}
