import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { Emitter } from '../shared/lib/emitter'
import { DEFAULT_NAME } from '../shared/lib/person'
import {
  knownEpoch,
  type LocalStore,
  openLocalStore,
  readWaiting,
  rememberEpoch,
  writeWaiting,
} from './local-store'
import { freeColor, type Presence, readPresence } from './presence'
import { Provider, type ProviderState } from './provider'
import type { Hello, RoomEvent } from './wire'

/** The file a new room has; "the code of the room" is its text. */
export const MAIN_FILE = 'main'

export function fileText(doc: Y.Doc, fileId: string): Y.Text {
  return doc.getText(`file:${fileId}`)
}

export interface Member extends Presence {
  clientId: number
  self: boolean
}

type SessionEvents = {
  state: ProviderState
  members: Member[]
  event: RoomEvent
  final: number
  /** The server keeps another history of this room now: this session must not merge into it. */
  reset: undefined
}

export interface SessionOptions {
  roomId: string
  name: string
  url: string
}

/** One window in one room: the document, who is here, the connection and the copy on disk. */
export class Session extends Emitter<SessionEvents> {
  readonly doc = new Y.Doc()
  readonly awareness = new Awareness(this.doc)
  readonly roomId: string
  private readonly url: string
  private provider: Provider | null = null
  private local: LocalStore | null = null
  private epoch: string | null
  private colorGiven = false
  private destroyed = false
  private keptWaiting = -1

  constructor(options: SessionOptions) {
    super()
    this.roomId = options.roomId
    this.url = options.url
    this.epoch = knownEpoch(options.roomId)
    this.awareness.setLocalState({
      user: { name: options.name || DEFAULT_NAME, color_index: this.doc.clientID % 8 },
      file: MAIN_FILE,
      tab: crypto.getRandomValues(new Uint32Array(2)).join('-'),
      selections: [],
    })
    this.awareness.on('change', this.onAwareness)
    void this.start()
  }

  get state(): ProviderState {
    const waiting = readWaiting(this.roomId)
    return this.provider?.state ?? { link: 'connecting', confirms: false, waiting }
  }

  get text(): Y.Text {
    return fileText(this.doc, MAIN_FILE)
  }

  members(): Member[] {
    const list: Member[] = []
    for (const [clientId, state] of this.awareness.getStates()) {
      const presence = readPresence(state)
      if (presence) list.push({ ...presence, clientId, self: clientId === this.doc.clientID })
    }
    return list.sort((a, b) => Number(b.self) - Number(a.self) || a.clientId - b.clientId)
  }

  rename(name: string): void {
    this.setUser({ name: name || DEFAULT_NAME })
    this.provider?.rejoin()
  }

  hold(): void {
    this.provider?.hold()
  }

  release(): void {
    this.provider?.release()
  }

  destroy(): void {
    this.destroyed = true
    this.provider?.destroy()
    this.local?.close()
    this.awareness.off('change', this.onAwareness)
    this.awareness.destroy()
    this.doc.destroy()
    this.clearListeners()
  }

  private async start(): Promise<void> {
    if (this.epoch !== null) {
      this.local = openLocalStore(this.roomId, this.epoch, this.doc)
      await this.local.ready
    }
    if (this.destroyed) return
    const provider = new Provider({
      url: () => this.urlWithName(),
      doc: this.doc,
      awareness: this.awareness,
      tandem: this.epoch !== null,
      waiting: readWaiting(this.roomId),
      welcome: (hello) => this.welcome(hello),
    })
    this.provider = provider
    provider.on('state', (state) => {
      this.keepWaiting(state)
      if (state.link === 'live' && !this.colorGiven) this.takeFreeColor()
      this.emit('state', state)
    })
    provider.on('event', (event) => this.onEvent(event))
    provider.on('final', ({ code }) => this.emit('final', code))
    provider.connect()
    this.emit('state', provider.state)
  }

  /** Storage is slow: the count matters only when it outlives a keystroke's round trip. */
  private keepWaiting(state: ProviderState): void {
    if (state.waiting === this.keptWaiting || (state.link === 'live' && state.waiting > 0)) return
    this.keptWaiting = state.waiting
    writeWaiting(this.roomId, state.waiting)
  }

  private welcome(hello: Hello): boolean {
    if (hello.epoch === '' || hello.epoch === this.epoch) return true
    if (this.epoch === null) {
      this.epoch = hello.epoch
      rememberEpoch(this.roomId, hello.epoch)
      this.local = openLocalStore(this.roomId, hello.epoch, this.doc)
      return true
    }
    rememberEpoch(this.roomId, hello.epoch)
    writeWaiting(this.roomId, 0)
    this.emit('reset', undefined)
    return false
  }

  private onEvent(event: RoomEvent): void {
    if (event.type === 'hello' && event.color !== null) {
      this.colorGiven = true
      this.setUser({ color_index: event.color })
    }
    this.emit('event', event)
  }

  private takeFreeColor(): void {
    this.colorGiven = true
    const others = this.members().filter((member) => !member.self)
    this.setUser({ color_index: freeColor(others.map((member) => member.color)) })
  }

  private urlWithName(): string {
    const url = new URL(this.url)
    const user: unknown = this.awareness.getLocalState()?.user
    url.searchParams.set('name', readPresence({ user })?.name ?? DEFAULT_NAME)
    return url.href
  }

  private setUser(change: Record<string, unknown>): void {
    const user: unknown = this.awareness.getLocalState()?.user
    this.awareness.setLocalStateField('user', { ...(user as object), ...change })
  }

  private readonly onAwareness = (): void => {
    this.emit('members', this.members())
  }
}
