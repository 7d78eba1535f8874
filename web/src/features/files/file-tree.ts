import type { FileItem } from '../../shared/store/filesSlice'

export interface Folder {
  /** "" for the root, else "lib/deep". */
  path: string
  name: string
  folders: Folder[]
  files: FileItem[]
}

/** The names of the files as folders: in each, folders first, both by name. */
export function fileTree(list: readonly FileItem[]): Folder {
  const root: Folder = { path: '', name: '', folders: [], files: [] }
  for (const file of list) {
    const parts = file.name.split('/').slice(0, -1)
    parts.reduce((folder, part) => child(folder, part), root).files.push(file)
  }
  sort(root)
  return root
}

function child(parent: Folder, name: string): Folder {
  const there = parent.folders.find((folder) => folder.name === name)
  if (there) return there
  const path = parent.path === '' ? name : `${parent.path}/${name}`
  const made: Folder = { path, name, folders: [], files: [] }
  parent.folders.push(made)
  return made
}

function sort(folder: Folder): void {
  folder.folders.sort((a, b) => a.name.localeCompare(b.name))
  folder.files.sort((a, b) => baseName(a.name).localeCompare(baseName(b.name)))
  for (const each of folder.folders) sort(each)
}

export const baseName = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** "lib/deep/" of "lib/deep/tool.py"; '' for a file of the root. */
export const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1)

/** Ids in the order in which the tree shows them, without what closed folders hide. */
export function shownIds(folder: Folder, closed: ReadonlySet<string>): string[] {
  const inside = folder.folders.flatMap((each) =>
    closed.has(each.path) ? [] : shownIds(each, closed),
  )
  return [...inside, ...folder.files.map((file) => file.id)]
}

/** All files in a folder and in the folders in it. */
export function filesIn(folder: Folder): FileItem[] {
  return [...folder.folders.flatMap(filesIn), ...folder.files]
}
