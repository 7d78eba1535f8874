import { monaco } from '../../shared/monaco/monaco'
import type { EditorPart } from '../part'
import { lineAuthor } from './line-author'

const REST_MS = 250

/** Markdown marks in a name are letters like others. */
function plainText(text: string): monaco.IMarkdownString {
  return { value: text.replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&') }
}

/** When the pointer rests on a line's number, says who wrote the line. */
export const showLineAuthors: EditorPart = (editor, host, { session }) => {
  const marks = editor.createDecorationsCollection()
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  const show = async (line: number) => {
    asked = line
    const words = await lineAuthor(session, () => host.lineInText(line))
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
  return () => {
    clearTimeout(timer)
    asked = 0
    moved.dispose()
    changed.dispose()
  }
}
