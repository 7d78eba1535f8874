import { type MouseEvent, useEffect, useRef } from 'react'
import { fileClosed } from '../../shared/store/filesSlice'
import { useAppSelector } from '../../shared/store/hooks'
import { Icon } from '../../shared/ui/Icon'
import type { PieceProps } from '../part'
import { baseName, folderOf } from './file-tree'
import styles from './tabs.module.css'

const MIDDLE = 1

/** The files this window has open; of the one that is shown, the folder too. */
export function FileTabs({ room }: PieceProps) {
  const { session, store } = room
  const { list, deleted, open, current } = useAppSelector((state) => state.files)
  // What was deleted keeps its tab while it is in view.
  const gone = deleted.find((file) => file.id === current)
  const there = gone ? [...list, gone] : list
  const shown = open.flatMap((id) => there.find((file) => file.id === id) ?? [])
  const past = useAppSelector((state) => state.layout.past !== null)
  const strip = useRef<HTMLUListElement>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: each switch may be to one out of sight
  useEffect(() => {
    strip.current
      ?.querySelector('[aria-current]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [current])

  const go = (id: string) => {
    session.openFile(id)
    room.editor?.focus()
  }
  const close = (id: string) => {
    const at = shown.findIndex((file) => file.id === id)
    const next = shown[at + 1] ?? shown[at - 1]
    if (!next) return
    if (id === current) go(next.id)
    store.dispatch(fileClosed(id))
  }
  return (
    <nav className={`${styles.tabs} ${past ? styles.past : ''}`} aria-label="Tabs">
      <ul ref={strip} className={styles.strip}>
        {shown.map(({ id, name }) => (
          <li
            key={id}
            className={`${styles.tab} ${id === current ? styles.current : ''} ${id === gone?.id ? styles.gone : ''}`}
          >
            <button
              type="button"
              className={styles.open}
              aria-current={id === current ? 'page' : undefined}
              title={name}
              onClick={() => go(id)}
              onAuxClick={(event: MouseEvent) => event.button === MIDDLE && close(id)}
            >
              {id === current && folderOf(name) !== '' && (
                <span className={styles.folder}>{folderOf(name)}</span>
              )}
              {baseName(name)}
            </button>
            {shown.length > 1 && (
              <button
                type="button"
                className={styles.close}
                aria-label={`Close the tab of ${name}`}
                title="Close the tab"
                onClick={() => close(id)}
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        ))}
      </ul>
    </nav>
  )
}
