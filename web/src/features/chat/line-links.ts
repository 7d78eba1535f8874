import type { FileEntry } from '../../collab/files'
import type { Session } from '../../collab/session'
import { toast } from '../../shared/lib/toasts'
import type { Room } from '../part'
import { type LineLink, lineLink } from './message-parts'

/**
 * The file that was called so: now, or when it was deleted, or else when the message was said, which
 * its history tells.
 */
export async function findFile(
  session: Session,
  name: string,
  at: number,
): Promise<FileEntry | undefined> {
  const isCalled = (called: string) => called.toLowerCase() === name.toLowerCase()
  const { files, history } = session
  const now = [...files.list(), ...files.deleted()].find((file) => isCalled(file.name))
  if (now) return now
  await history.load()
  const { timeline } = history
  const then = timeline.filesAt(timeline.indexOfTime(at))
  const [id] = [...then].find(([, called]) => isCalled(called)) ?? []
  return id === undefined ? undefined : files.find(id)
}

/** Opens the file that a message names, whatever it is called now, and selects the lines. */
export async function goToLines(
  room: Room,
  { file, from, to }: LineLink,
  at: number,
): Promise<void> {
  const { session } = room
  const found = file === '' ? session.files.find(session.file) : await findFile(session, file, at)
  if (!found) {
    toast(`No file is called ${file} in this room.`)
    return
  }
  session.openFile(found.id)
  room.showText()
  room.editor?.selectLines(found.id, from, to)
}

/** Puts a link to the selected lines into the message that is being written. */
export function askAboutSelection(room: Room): void {
  const { session, editor } = room
  const file = session.files.find(session.file)
  const lines = editor?.selectedLines()
  if (!file || !lines) return
  room.showPanel('chat')
  session.chat.quote(lineLink({ file: file.name, ...lines }))
}
