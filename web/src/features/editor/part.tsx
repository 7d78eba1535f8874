import { lazy, Suspense } from 'react'
import type { Part, PieceProps } from '../part'
import styles from './editor.module.css'
import { CaretPlace, FileKind } from './footer'

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
  pieces: { text: Text, footer: CaretPlace, footerEnd: FileKind },
  // What Monaco's own palette would list.
  commands: ({ editor }) =>
    (editor?.actions() ?? []).map(({ id, label }) => ({
      id: `editor-${id}`,
      group: 'Editor',
      label,
      run: () => editor?.run(id),
    })),
}
