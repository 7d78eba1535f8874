import { readStored, writeStored } from '../shared/lib/storage'
import { MAIN_FILE, type RoomFiles } from './files'

/** Which file a window shows; remembered for the next visit. */
export class FileInView {
  id: string
  private readonly key: string

  /** `shown` hears of each other file. */
  constructor(
    roomId: string,
    private readonly files: RoomFiles,
    private readonly shown: (id: string) => void,
  ) {
    this.key = `file.${roomId}`
    this.id = readStored(this.key) ?? MAIN_FILE
  }

  get isListed(): boolean {
    return this.files.find(this.id) !== undefined
  }

  show(id: string): void {
    if (id === this.id || !this.files.find(id)) return
    this.id = id
    writeStored(this.key, id === MAIN_FILE ? null : id)
    this.shown(id)
  }

  /**
   * What a window shows stays, also when somebody deletes it: nobody's next key goes into another
   * file. Only who comes is taken to a file that is listed.
   */
  settle(arriving: boolean): void {
    const files = this.files.list()
    if (files.some((file) => file.id === this.id)) return
    if (!arriving && this.files.findDeleted(this.id)) return
    const first = files.find((file) => file.id === MAIN_FILE) ?? files[0]
    if (first) this.show(first.id)
  }
}
