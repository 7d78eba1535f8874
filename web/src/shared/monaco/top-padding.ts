import { useLayoutEffect, useRef } from 'react'
import { monaco } from './monaco'

type Editor = monaco.editor.IStandaloneCodeEditor

const PADDING_TOP = 36
const PADDING_TOP_MIN = 4
const PADDING_BOTTOM = 48

/** What stands above the first line: less of it while a bar takes some of the height. */
export function paddingBelow(barHeight: number): monaco.editor.IEditorPaddingOptions {
  return { top: Math.max(PADDING_TOP_MIN, PADDING_TOP - barHeight), bottom: PADDING_BOTTOM }
}

/**
 * Lines keep their place on the screen when a bar above the editor comes, goes or grows: the padding
 * gives what the bar takes. A bar of several lines takes more than there is; then a scrolled text is
 * scrolled on by the rest, and a text at its start moves, because no bar may cover it.
 */
export function useTopPadding(editor: () => Editor | undefined, barHeight: number): void {
  const last = useRef(barHeight)
  // Before the browser paints: no frame shows the bar without its padding.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is asked for when needed.
  useLayoutEffect(() => {
    const taken = (height: number) => height + (paddingBelow(height).top ?? 0)
    const moved = taken(barHeight) - taken(last.current)
    last.current = barHeight
    const shown = editor()
    if (!shown) return
    const scrollTop = shown.getScrollTop()
    shown.layout()
    shown.updateOptions({ padding: paddingBelow(barHeight) })
    // Monaco by itself keeps the lines where they were below the top of the editor, which moved.
    const wanted = scrollTop === 0 ? 0 : scrollTop + moved
    shown.setScrollTop(wanted, monaco.editor.ScrollType.Immediate)
    // At once, as the bar is: until its next frame Monaco's lines would stand where they were.
    shown.render()
  }, [barHeight])
}
