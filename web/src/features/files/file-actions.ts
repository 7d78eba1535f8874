import { type FileEntry, fileText } from '../../collab/files'
import type { Session } from '../../collab/session'
import { fileNameProblem, freeName } from '../../shared/lib/file-names'
import { dropToast, toast } from '../../shared/lib/toasts'
import { type Incoming, readTexts } from './take-files'
import { zipOf } from './zip'

const NAMED_MAX = 3

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : 'That did not work.'
}

/** What holds texts and knows their names: a session, or a document that was left behind. */
export type Texts = Pick<Session, 'doc' | 'files'>

export function textOf({ doc }: Texts, id: string): string {
  return fileText(doc, id).toString()
}

function save(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has begun by the next turn; the bytes need not stay longer.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

export function downloadFile(session: Session, { id, name }: FileEntry): void {
  save(name.split('/').at(-1) ?? name, textOf(session, id), 'text/plain')
}

export async function downloadAll(texts: Texts, roomName: string): Promise<void> {
  const files = texts.files.all().map(({ id, name }) => ({ name, text: textOf(texts, id) }))
  const name = roomName.replace(/[^\p{L}\p{N}._ -]/gu, '').trim() || 'room'
  save(`${name}.zip`, await zipOf(files), 'application/zip')
}

/** Puts a deleted file into the list and into view. */
export function bringBack(session: Session, id: string): void {
  try {
    session.files.bringBack(id)
    session.openFile(id)
  } catch (error) {
    toast(sentence(error))
  }
}

/** Gives what takes it back; undefined when it did not work. */
export function deleteFile(session: Session, id: string): (() => void) | undefined {
  try {
    const { name } = session.deleteFile(id)
    const undo = () => bringBack(session, id)
    const note = toast(`${name} was deleted.`, { label: 'Undo', run: undo })
    return () => {
      dropToast(note)
      undo()
    }
  } catch (error) {
    toast(sentence(error))
    return undefined
  }
}

function summary(added: string[], refused: string[]): string {
  const parts: string[] = []
  if (added.length > 0) {
    parts.push(added.length === 1 ? `Added ${added[0]}.` : `Added ${added.length} files.`)
  }
  if (refused.length > 0) {
    const named = refused.slice(0, NAMED_MAX).join(', ')
    const more = refused.length - NAMED_MAX
    parts.push(`Left out: ${named}${more > 0 ? ` and ${more} more` : ''}.`)
  }
  return parts.join(' ') || 'There was no file in that.'
}

/** Files of this computer become files of the room; a name that is taken gets a number. */
export async function addFiles(session: Session, incoming: readonly Incoming[]): Promise<void> {
  const { texts, refused } = await readTexts(incoming)
  const added: string[] = []
  let first: string | null = null
  for (const { path, text } of texts) {
    const names = session.files.list().map((file) => file.name)
    const name = freeName(path, names)
    const problem = fileNameProblem(name, names)
    try {
      if (problem) throw new Error(problem)
      const id = session.files.create(name, text)
      first ??= id
      added.push(name)
    } catch (error) {
      refused.push(`${path} (${sentence(error).replace(/\.$/, '')})`)
    }
  }
  if (first !== null) session.openFile(first)
  toast(summary(added, refused))
}

/** '' when it worked, else what is wrong. */
export function tryNaming(work: () => void): string {
  try {
    work()
    return ''
  } catch (error) {
    return sentence(error)
  }
}
