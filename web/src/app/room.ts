import type { Session } from '../collab/session'
import type { Part, Room } from '../features/part'
import { GROUPS } from '../shared/lib/command'
import { isNarrow } from '../shared/lib/narrow'
import { roomLink } from '../shared/lib/room-id'
import { leftShown, narrowTabShown, rightShown } from '../shared/store/layoutSlice'
import type { AppStore } from '../shared/store/store'
import { frameCommands } from './frame-commands'
import { CODE_TAB, leftPanelOf } from './panels'

export function makeRoom(session: Session, store: AppStore, parts: readonly Part[]): Room {
  const room: Room = {
    session,
    store,
    parts,
    link: roomLink(session.roomId),
    editor: null,
    commands: () => {
      const all = [...frameCommands(room), ...parts.flatMap((part) => part.commands?.(room) ?? [])]
      return GROUPS.flatMap((group) => all.filter((command) => command.group === group))
    },
    run: (id) => {
      room
        .commands()
        .find((command) => command.id === id)
        ?.run()
    },
    showPanel: (id) => {
      if (isNarrow()) store.dispatch(narrowTabShown(id))
      else if (leftPanelOf(parts)?.id === id) store.dispatch(leftShown())
      else store.dispatch(rightShown(id))
    },
    showText: (line) => {
      store.dispatch(narrowTabShown(CODE_TAB))
      if (line !== undefined) room.editor?.goToLine(line)
    },
  }
  return room
}
