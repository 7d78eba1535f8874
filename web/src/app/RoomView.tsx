import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react'
import type { Whereabouts } from '../collab/edge-marks'
import type { Session } from '../collab/session'
import { ChatNews } from '../features/chat/ChatNews'
import type { EditorApi } from '../features/editor/editor-api'
import { DropZone } from '../features/files/DropZone'
import { FilesPanel } from '../features/files/FilesPanel'
import { addFiles, downloadAll } from '../features/files/file-actions'
import { FollowFrame } from '../features/presence/FollowFrame'
import styles from '../features/room/Room.module.css'
import { Toolbar } from '../features/room/Toolbar'
import { useNarrow } from '../features/room/useNarrow'
import { Announcer } from '../features/status/Announcer'
import { Banner } from '../features/status/Banner'
import { Footer } from '../features/status/Footer'
import { StatusLight } from '../features/status/StatusLight'
import { sizeWords } from '../shared/lib/limits'
import { toast } from '../shared/lib/toasts'
import { useAppDispatch, useAppSelector, useAppStore } from '../shared/store/hooks'
import { filesToggled, narrowTabShown, panelShown, panelToggled } from '../shared/store/layoutSlice'
import { Toasts } from '../shared/ui/Toasts'
import { BottomTabs } from './BottomTabs'
import { type DialogName, roomCommands } from './commands'
import { HistoryPane } from './HistoryPane'
import { RoomDialogs } from './RoomDialogs'
import { cycleRegion } from './regions'
import { FilesPane, SidePane } from './SidePanes'
import { useKeys } from './useKeys'
import { usePast } from './usePast'

export const loadEditor = () => import('../features/editor/EditorPane')
const EditorPane = lazy(loadEditor)

interface Props {
  session: Session | null
  link: string
  rename: (name: string) => void
  onPeople: (people: readonly Whereabouts[]) => void
  onToggleTheme: () => void
}

/** What a room looks like: which pane is where, and what opens over it. */
export function RoomView({ session, link, rename, onPeople, onToggleTheme }: Props) {
  const id = useAppSelector((state) => state.room.id)
  const name = useAppSelector((state) => state.room.name)
  const readOnly = useAppSelector(
    ({ room }) => room.readOnly || !room.ready || room.problem !== null,
  )
  const store = useAppStore()
  const files = useAppSelector((state) => state.files)
  const layout = useAppSelector((state) => state.layout)
  const settings = useAppSelector((state) => state.settings)
  const theme = useAppSelector((state) => state.editor.theme)
  const dispatch = useAppDispatch()
  const narrow = useNarrow()
  const [dialog, setDialog] = useState<DialogName | null>(null)
  const [naming, setNaming] = useState(false)
  const [barHeight, setBarHeight] = useState(0)
  const editor = useRef<EditorApi>(null)
  const focusText = useCallback(() => editor.current?.focus(), [])
  const past = usePast(focusText)
  const tab = narrow ? layout.narrowTab : null
  const away = tab !== null && tab !== 'code'

  const newFile = useCallback(() => {
    if (narrow) dispatch(narrowTabShown('files'))
    else if (!layout.filesOpen) dispatch(filesToggled())
    setNaming(true)
  }, [narrow, layout.filesOpen, dispatch])
  const longPaste = (text: string, bytes: number) => {
    toast(`That is ${sizeWords(bytes)}. A paste may be 1 MB, so that typing stays quick.`, {
      label: 'Add it as a file',
      run: () => {
        const file = new File([text], 'pasted.txt')
        if (session) void addFiles(session, [{ path: file.name, file }])
      },
    })
  }
  const commands = () =>
    session
      ? roomCommands({
          session,
          state: { room: store.getState().room, files, settings },
          link,
          editor: editor.current,
          dispatch,
          show: setDialog,
          newFile,
          cycleRegion: (back) => cycleRegion(back, () => editor.current?.focus()),
          toggleTheme: onToggleTheme,
          showPanel: (id) => dispatch(narrow ? narrowTabShown(id) : panelShown(id)),
          showHistory: () => past.open(null),
        })
      : []
  useKeys(commands)

  const showCode = useCallback(() => dispatch(narrowTabShown('code')), [dispatch])
  const goToLine = useCallback(
    (line: number) => {
      showCode()
      editor.current?.goToLine(line)
    },
    [showCode],
  )
  const panel = useMemo(
    () => (session ? { session, link, rename, goToLine, onLeave: showCode } : null),
    [session, link, rename, goToLine, showCode],
  )
  const filesPanel = session && (
    <FilesPanel
      session={session}
      naming={naming}
      onNaming={setNaming}
      onOpened={() => {
        showCode()
        editor.current?.focus()
      }}
    />
  )
  return (
    <div className={styles.room}>
      <Toolbar
        id={id}
        name={name}
        link={link}
        theme={theme}
        filesOpen={layout.filesOpen}
        panelOpen={layout.panelOpen}
        onToggleFiles={() => dispatch(filesToggled())}
        onTogglePanel={() => dispatch(panelToggled())}
        onToggleTheme={onToggleTheme}
        onRoom={() => setDialog('room')}
        onSettings={() => setDialog('settings')}
        onPalette={() => setDialog('palette')}
        historyOpen={past.startSeq !== undefined}
        onHistory={past.toggle}
        status={<StatusLight />}
      />
      <div className={styles.body}>
        <FilesPane narrow={narrow}>{filesPanel}</FilesPane>
        <div className={`${styles.stage} ${away ? styles.away : ''}`}>
          <Banner
            onDownload={() => session && void downloadAll(session, name)}
            onHeight={setBarHeight}
          />
          {/* biome-ignore lint/a11y/useSemanticElements: another pane may be the main one. */}
          <div className={styles.text} role="main" data-region="editor">
            {session && (
              <Suspense fallback={<p className={styles.loading}>Opening the editor…</p>}>
                <EditorPane
                  session={session}
                  theme={theme}
                  settings={settings}
                  readOnly={readOnly}
                  barHeight={barHeight}
                  onPeople={onPeople}
                  onApi={(api) => {
                    editor.current = api
                  }}
                  onPalette={() => setDialog('palette')}
                  onLongPaste={longPaste}
                />
              </Suspense>
            )}
            {session && past.startSeq !== undefined && (
              <HistoryPane
                key={past.startSeq}
                session={session}
                theme={theme}
                settings={settings}
                readOnly={readOnly}
                barHeight={barHeight}
                startSeq={past.startSeq}
                onClose={past.close}
              />
            )}
            {session && past.startSeq === undefined && (
              <FollowFrame onStop={() => session.follow.stop()} />
            )}
          </div>
        </div>
        {panel && <SidePane narrow={narrow} context={panel} />}
        <Toasts />
      </div>
      {narrow ? <BottomTabs /> : <Footer />}
      {session && <ChatNews chat={session.chat} />}
      <Announcer />
      {session && <DropZone session={session} readOnly={readOnly} />}
      <RoomDialogs open={dialog} commands={commands} onClose={() => setDialog(null)} />
    </div>
  )
}
