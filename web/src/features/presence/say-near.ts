import { announce } from '../../shared/lib/announce'
import type { RootState } from '../../shared/store/store'
import type { Room } from '../part'

/** Who else is on the line of this window's caret, by client. */
export function nearNames({ room, files, editor, settings }: RootState): Map<number, string> {
  if (!settings.sayNear) return new Map()
  const near = room.peers.filter(
    ({ self, file, line }) => !self && file === files.current && line === editor.caret.line,
  )
  return new Map(near.map(({ clientId, name }) => [clientId, name]))
}

/** "Bo is on your line", once for each meeting, for who asked to be told. */
export function sayWhoIsNear({ store }: Room): () => void {
  let before = nearNames(store.getState())
  return store.subscribe(() => {
    const now = nearNames(store.getState())
    for (const [clientId, name] of now) {
      if (!before.has(clientId)) announce(`${name} is on your line.`)
    }
    before = now
  })
}
