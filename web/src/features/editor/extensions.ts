import type { EditorHost } from '../../collab/editor-host'
import type { monaco } from '../../shared/monaco/monaco'
import type { Room } from '../part'

/** Lets the other parts work in the editor, as soon as what they need is here. */
export function startExtensions(
  editor: monaco.editor.IStandaloneCodeEditor,
  host: EditorHost,
  room: Room,
): () => void {
  const ends: (() => void)[] = []
  let gone = false
  for (const part of room.parts) {
    part.editor?.().then(
      (start) => {
        if (!gone) ends.push(start(editor, host, room))
      },
      (error: unknown) => console.error('Tandem: a part of the editor did not load.', error),
    )
  }
  return () => {
    gone = true
    for (const end of ends) end()
  }
}
