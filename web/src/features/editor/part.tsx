import { lazy, Suspense } from 'react'
import type { Part, PieceProps } from '../part'
import styles from './editor.module.css'
import { CaretPlace, FileKind } from './footer'
import { KeyBar } from './KeyBar'

const load = () => import('./EditorPane')
const EditorPane = lazy(load)

function Text({ room }: PieceProps) {
  return (
    <Suspense fallback={<p className={styles.loading}>Opening the editor…</p>}>
      <EditorPane room={room} />
    </Suspense>
  )
}

export const editor: Part = {
  early: load,
  pieces: { text: Text, keys: KeyBar, footer: CaretPlace, footerEnd: FileKind },
  commands: ({ editor, store }) => {
    const kind = store.getState().editor.indent.tabs ? 'spaces' : 'tabs'
    return [
      {
        id: 'indent',
        group: 'Editor',
        label: `Indent this file by ${kind}`,
        words: 'indentation convert tab space',
        run: () => editor?.indentBy(kind),
      },
      // What Monaco's own palette would list.
      ...(editor?.actions() ?? []).map(({ id, label }) => ({
        id: `editor-${id}`,
        group: 'Editor' as const,
        label,
        run: () => editor?.run(id),
      })),
    ]
  },
}
