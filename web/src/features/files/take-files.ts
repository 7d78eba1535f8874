import { FILE_BYTES_MAX, sizeWords, UPLOAD_BYTES_MAX } from '../../shared/lib/limits'
import { normalText } from '../../shared/lib/normal-text'

/** A file of this computer, with its folder as in `tests/test_app.py`. */
export interface Incoming {
  path: string
  /** null: the browser may not read it, or it is gone. */
  file: File | null
}

export interface TextFile {
  path: string
  text: string
}

const DEPTH_MAX = 8
const ENTRIES_MAX = 2_000
const SKIPPED_FOLDERS = new Set(['node_modules', '__pycache__', 'venv'])

/** Text with line feeds only; null when the bytes are no UTF-8 text. */
export function decodeText(bytes: ArrayBuffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? null : normalText(text)
  } catch {
    return null
  }
}

/** Reads what may come in, and says by name why the rest may not. */
export async function readTexts(
  incoming: readonly Incoming[],
): Promise<{ texts: TextFile[]; refused: string[] }> {
  const texts: TextFile[] = []
  const refused: string[] = []
  let total = 0
  for (const { path, file } of incoming) {
    if (file === null) refused.push(`${path} (cannot be read)`)
    else if (file.size > FILE_BYTES_MAX) {
      refused.push(
        `${path} (${sizeWords(file.size)}; a file may have ${sizeWords(FILE_BYTES_MAX)})`,
      )
    } else if (total + file.size > UPLOAD_BYTES_MAX) {
      refused.push(`${path} (more than ${sizeWords(UPLOAD_BYTES_MAX)} at once)`)
    } else {
      total += file.size
      const bytes = await file.arrayBuffer().catch(() => null)
      const text = bytes && decodeText(bytes)
      if (bytes === null) refused.push(`${path} (cannot be read)`)
      else if (text === null) refused.push(`${path} (not text)`)
      else texts.push({ path, text })
    }
  }
  return { texts, refused }
}

function fileOf(entry: FileSystemFileEntry): Promise<File | null> {
  return new Promise((resolve) => entry.file(resolve, () => resolve(null)))
}

/** null: the folder cannot be read. */
async function childrenOf(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[] | null> {
  const reader = entry.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[] | null>((resolve) =>
      reader.readEntries(resolve, () => resolve(null)),
    )
    if (some === null) return null
    if (some.length === 0 || all.length > ENTRIES_MAX) return all
    all.push(...some)
  }
}

async function walk(entry: FileSystemEntry, folder: string, found: Incoming[]): Promise<void> {
  if (found.length >= ENTRIES_MAX || folder.split('/').length > DEPTH_MAX) return
  if (entry.isFile) {
    const file = await fileOf(entry as FileSystemFileEntry)
    found.push({ path: folder + entry.name, file })
  } else if (!entry.name.startsWith('.') && !SKIPPED_FOLDERS.has(entry.name)) {
    const path = `${folder}${entry.name}/`
    const children = await childrenOf(entry as FileSystemDirectoryEntry)
    if (children === null) found.push({ path, file: null })
    else for (const child of children) await walk(child, path, found)
  }
}

/** What was dropped, folders opened. Hidden folders and what tools put there are left out. */
export async function droppedFiles(data: DataTransfer): Promise<Incoming[]> {
  // The list is gone after the first await.
  const items = [...data.items]
    .filter((item) => item.kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const found: Incoming[] = []
  for (const { entry, file } of items) {
    if (entry) await walk(entry, '', found)
    else if (file) found.push({ path: file.name, file })
  }
  return found
}

export function chosenFiles(list: FileList): Incoming[] {
  return [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}
