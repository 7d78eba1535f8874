import type { Session } from '../collab/session'
import type { EditorApi } from '../features/editor/editor-api'
import { deleteFile, downloadAll, downloadFile } from '../features/files/file-actions'
import { copyText } from '../shared/lib/clipboard'
import type { Command } from '../shared/lib/command'
import { toast } from '../shared/lib/toasts'
import { filesToggled, panelToggled } from '../shared/store/layoutSlice'
import { FONT_SIZE, type SettingsState, settingChanged } from '../shared/store/settingsSlice'
import type { AppDispatch, RootState } from '../shared/store/store'

export type DialogName = 'palette' | 'keys' | 'settings' | 'room'

export interface CommandContext {
  session: Session
  state: Pick<RootState, 'room' | 'files' | 'settings'>
  link: string
  editor: EditorApi | null
  dispatch: AppDispatch
  show: (dialog: DialogName) => void
  newFile: () => void
  cycleRegion: (back: boolean) => void
  toggleTheme: () => void
  showPanel: (id: string) => void
  showHistory: () => void
}

/** All that can be done in a room: the palette lists it, the key sheet shows it, keys run it. */
export function roomCommands(c: CommandContext): Command[] {
  return [...ofRoom(c), ...ofPeople(c), ...ofFiles(c), ...ofView(c), ...ofEditor(c)]
}

function ofRoom({ show, link, cycleRegion, showPanel, showHistory }: CommandContext): Command[] {
  return [
    {
      id: 'chat',
      group: 'Room',
      label: 'Chat',
      words: 'say message talk',
      keys: 'Ctrl+Shift+Y',
      run: () => showPanel('chat'),
    },
    {
      id: 'history',
      group: 'Room',
      label: 'History and playback',
      words: 'past restore versions replay',
      keys: 'Alt+Shift+H',
      run: showHistory,
    },
    { id: 'palette', group: 'Room', label: 'Commands', keys: 'F1', run: () => show('palette') },
    {
      id: 'keys',
      group: 'Room',
      label: 'Keys',
      words: 'shortcuts help',
      keys: '?',
      run: () => show('keys'),
    },
    {
      id: 'copy-link',
      group: 'Room',
      label: 'Copy link to this room',
      words: 'invite share',
      run: async () => {
        toast((await copyText(link)) ? 'Link copied.' : `Copy it by hand: ${link}`)
      },
    },
    {
      id: 'room',
      group: 'Room',
      label: 'This room: name, expiry, delete',
      words: 'rename',
      run: () => show('room'),
    },
    {
      id: 'settings',
      group: 'Room',
      label: 'Settings',
      keys: 'Ctrl+,',
      run: () => show('settings'),
    },
    {
      id: 'region',
      group: 'View',
      label: 'Next part of the page',
      keys: 'F6',
      run: () => cycleRegion(false),
    },
  ]
}

function ofPeople({ session, state, editor }: CommandContext): Command[] {
  const others = state.room.peers.filter((peer) => !peer.self)
  const commands: Command[] = others.map((peer) => ({
    id: `follow-${peer.clientId}`,
    group: 'People',
    label: `Follow ${peer.name}`,
    run: () => session.follow.start(peer.clientId),
  }))
  commands.push(
    {
      id: 'line-author',
      group: 'People',
      label: 'Who wrote this line?',
      words: 'blame author',
      run: async () => {
        const words = await editor?.lineAuthor()
        toast(words ? `${words}.` : 'Nobody is known for this line.')
      },
    },
    {
      id: 'follow-next',
      group: 'People',
      label: 'Follow the next person',
      keys: 'Alt+Shift+L',
      run: () => session.follow.next(),
    },
    {
      id: 'call',
      group: 'People',
      label: 'Bring everyone to me',
      keys: 'Alt+Shift+M',
      run: () => session.follow.callEveryone(),
    },
  )
  if (state.room.following !== null) {
    commands.push({
      id: 'unfollow',
      group: 'People',
      label: 'Stop following',
      run: () => session.follow.stop(),
    })
  }
  return commands
}

function ofFiles({ session, state, newFile }: CommandContext): Command[] {
  const { list, current } = state.files
  const file = list.find((each) => each.id === current)
  const commands: Command[] = list
    .filter((each) => each.id !== current)
    .map((each) => ({
      id: `open-${each.id}`,
      group: 'Files',
      label: `Open ${each.name}`,
      run: () => session.openFile(each.id),
    }))
  if (file) {
    commands.push({
      id: 'download',
      group: 'Files',
      label: `Download ${file.name}`,
      words: 'save',
      keys: 'Ctrl+S',
      run: () => downloadFile(session, file),
    })
  }
  commands.push({
    id: 'download-all',
    group: 'Files',
    label: 'Download all files as zip',
    run: () => void downloadAll(session, state.room.name),
  })
  if (!state.room.readOnly) {
    commands.push({
      id: 'new-file',
      group: 'Files',
      label: 'New file',
      keys: 'Alt+Shift+N',
      run: newFile,
    })
    if (file && list.length > 1) {
      commands.push({
        id: 'delete-file',
        group: 'Files',
        label: `Delete ${file.name}`,
        run: () => deleteFile(session, file.id),
      })
    }
  }
  return commands
}

function ofView({ state, dispatch, toggleTheme }: CommandContext): Command[] {
  const { settings } = state
  const set = (change: Partial<SettingsState>) => () => dispatch(settingChanged(change))
  const flip = (
    id: keyof SettingsState & ('wordWrap' | 'minimap' | 'vim'),
    label: string,
    keys?: string,
  ): Command => ({
    id,
    group: 'View',
    label: `${label}: turn ${settings[id] ? 'off' : 'on'}`,
    ...(keys ? { keys } : {}),
    run: set({ [id]: !settings[id] }),
  })
  return [
    {
      id: 'files-pane',
      group: 'View',
      label: 'Show or hide the files',
      keys: 'Alt+Shift+E',
      run: () => dispatch(filesToggled()),
    },
    {
      id: 'panel-pane',
      group: 'View',
      label: 'Show or hide the side panel',
      keys: 'Alt+Shift+P',
      run: () => dispatch(panelToggled()),
    },
    { id: 'theme', group: 'View', label: 'Light or dark theme', run: toggleTheme },
    flip('wordWrap', 'Word wrap', 'Alt+Z'),
    flip('minimap', 'Minimap'),
    flip('vim', 'Vim keys'),
    {
      id: 'larger',
      group: 'View',
      label: 'Larger code',
      run: set({ fontSize: Math.min(FONT_SIZE.max, settings.fontSize + 1) }),
    },
    {
      id: 'smaller',
      group: 'View',
      label: 'Smaller code',
      run: set({ fontSize: Math.max(FONT_SIZE.min, settings.fontSize - 1) }),
    },
  ]
}

/** What Monaco's own palette would list. */
function ofEditor({ editor }: CommandContext): Command[] {
  return (editor?.actions() ?? []).map(({ id, label }) => ({
    id: `editor-${id}`,
    group: 'Editor',
    label,
    run: () => editor?.run(id),
  }))
}
