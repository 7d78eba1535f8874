import { useCallback, useLayoutEffect, useRef } from 'react'
import type { Room } from '../features/part'
import { useNarrow } from '../shared/lib/narrow'
import { fileInView } from '../shared/store/filesSlice'
import { useAppDispatch, useAppSelector } from '../shared/store/hooks'
import { barResized } from '../shared/store/layoutSlice'
import { Toasts } from '../shared/ui/Toasts'
import { Announcements } from './Announcements'
import { BottomTabs } from './BottomTabs'
import styles from './Frame.module.css'
import { LeftPane, RightPane } from './Panes'
import { Pieces } from './Pieces'
import { CODE_TAB } from './panels'
import { Toolbar } from './Toolbar'
import { useKeys } from './useKeys'
import { useSeenHeight } from './useSeenHeight'

/** What a room looks like: which place is where. What stands there is for the parts to say. */
export function Frame({ room }: { room: Room }) {
  const narrow = useNarrow()
  const away = useAppSelector(({ layout }) => narrow && layout.narrowTab !== CODE_TAB)
  const file = useAppSelector((state) => fileInView(state.files)?.name ?? '')
  useKeys(useCallback(() => room.commands(), [room]))
  return (
    // Names, code and what changes all the time; prose inside says that it may be translated.
    <div className={styles.room} translate="no" style={{ height: useSeenHeight() }}>
      <SkipButton room={room} />
      <Toolbar room={room} />
      <div className={styles.body}>
        <LeftPane room={room} narrow={narrow} />
        <div className={`${styles.stage} ${away ? styles.away : ''}`}>
          <Bar room={room} />
          {!away && <Pieces room={room} at="tabs" />}
          {/* biome-ignore lint/a11y/useSemanticElements: another pane may be the main one. */}
          <div
            className={styles.text}
            role="main"
            aria-label={`Code of ${file}`}
            data-region="editor"
          >
            <Pieces room={room} at="text" />
            <Pieces room={room} at="overText" />
          </div>
        </div>
        <RightPane room={room} narrow={narrow} />
      </div>
      <Toasts />
      {narrow && !away && <Pieces room={room} at="keys" />}
      {narrow ? (
        <BottomTabs parts={room.parts} />
      ) : (
        <footer className={styles.footer}>
          <Pieces room={room} at="footer" />
          <span className={styles.between} />
          <Pieces room={room} at="footerEnd" />
        </footer>
      )}
      <Pieces room={room} at="page" />
      <Announcements />
    </div>
  )
}

/** Past the bars and the files, at the first Tab. */
function SkipButton({ room }: { room: Room }) {
  const go = () => {
    room.showText()
    room.editor?.focus()
  }
  return (
    <button type="button" className={styles.skip} onClick={go}>
      Skip to the code
    </button>
  )
}

/** Takes its height from the text below it, which gives way by as much. */
function Bar({ room }: { room: Room }) {
  const bar = useRef<HTMLDivElement>(null)
  const dispatch = useAppDispatch()
  useLayoutEffect(() => {
    const node = bar.current
    if (!node) return
    // Before the browser paints: its words may wrap, and change, and so may the window.
    const measure = () => dispatch(barResized(node.offsetHeight))
    const sizes = new ResizeObserver(measure)
    const words = new MutationObserver(measure)
    sizes.observe(node)
    words.observe(node, { childList: true, subtree: true, characterData: true })
    measure()
    return () => {
      sizes.disconnect()
      words.disconnect()
      dispatch(barResized(0))
    }
  }, [dispatch])
  return (
    <div ref={bar} className={styles.bar}>
      <Pieces room={room} at="bar" />
    </div>
  )
}
