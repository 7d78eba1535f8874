import * as Y from 'yjs'
import {
  loadChatPage,
  loadHistoryOverview,
  loadHistoryRows,
  serverAnswers,
} from '../shared/lib/api'
import { Emitter } from '../shared/lib/emitter'
import { DEFAULT_NAME, personSecret } from '../shared/lib/person'
import { type Carried, CarriedOver } from './carried'
import { Chat } from './chat'
import { readChatPage } from './chat-message'
import { CHAT_ERRORS, IDENTITY_ERRORS } from './error-codes'
import { FileInView } from './file-in-view'
import { type FileEntry, RoomFiles } from './files'
import { Follow } from './follow'
import { RoomHistory, readOverview } from './history'
import { decodeRows } from './history-rows'
import { IdleClock } from './idle'
import {
  knownEpoch,
  type LocalStore,
  openLocalStore,
  readWaiting,
  rememberEpoch,
  writeWaiting,
} from './local-store'
import { type AwarenessChange, freeColor, type Member, readPresence } from './presence'
import { Provider, type ProviderState } from './provider'
import { Restores } from './restores'
import { Revival } from './revival'
import { Roster, turnOf } from './roster'
import { steadyAwareness } from './steady-awareness'
import type { Hello, RoomEvent } from './wire'

const CLOSE_DELETED = 4410
/** Whoever came first cleans a text; if they do not, the next one does. */
const CLEAN_TURN_MS = 2_000

/** history: the room was restored or emptied · identity: see IDENTITY_ERRORS */
export type ResetReason = 'history' | 'identity'

type SessionEvents = {
  state: ProviderState
  members: Member[]
  /** The lines that the others are at in the file in view. */
  lines: undefined
  event: RoomEvent
  /** The text is here: from the server, or from this browser's own copy. */
  ready: undefined
  /** The browser keeps no copy of the text, or no longer. */
  unkept: undefined
  /** Another file is shown in this window. */
  file: string
  final: number
  /** HTTP reaches the server, WebSockets do not. */
  blocked: boolean
  /** The server did not take what was typed here, and says why. */
  denied: string
  /** The server keeps another history of this room now: this session must not merge into it. */
  reset: ResetReason
  /** What was carried over is in this document; or it cannot be, and whoever wrote it has to know. */
  carried: { written: boolean; doc: Y.Doc }
}

export interface SessionOptions {
  roomId: string
  name: string
  url: string
  /** Played by hand in tests; a WebSocket and the browser's database otherwise. */
  createSocket?: (url: string, protocols: string[]) => WebSocket
  openStore?: typeof openLocalStore
  carried?: Carried | undefined
}

/** One window in one room: the document, who is here, the connection and the copy on disk. */
export class Session extends Emitter<SessionEvents> {
  readonly doc = new Y.Doc()
  readonly awareness = steadyAwareness(this.doc)
  readonly files = new RoomFiles(this.doc)
  private readonly revival = new Revival(this.doc, this.files)
  readonly restores = new Restores((fields) => this.present(fields))
  readonly follow = new Follow(this)
  readonly chat: Chat
  readonly history: RoomHistory
  readonly roomId: string
  private readonly view: FileInView
  ready = false
  private readonly roster = new Roster()
  private readonly clocks = new Map<number, number>()
  private lines: ReadonlyMap<number, number> = new Map()
  private readonly idle: IdleClock
  private readonly options: SessionOptions
  private readonly carried: CarriedOver
  private provider: Provider | null = null
  private local: LocalStore | null = null
  private epoch: string | null
  private session: number | null = null
  private colorGiven = false
  private destroyed = false
  private live = false
  private keptWaiting = -1

  constructor(options: SessionOptions) {
    super()
    this.roomId = options.roomId
    this.options = options
    this.epoch = knownEpoch(options.roomId)
    this.view = new FileInView(this.roomId, this.files, (file) => {
      this.present({ file, selections: [], top: null, line: null })
      this.emit('file', file)
    })
    this.chat = new Chat({
      send: (event) => this.provider?.sendEvent(event) ?? false,
      load: async (before) => readChatPage(await loadChatPage(this.roomId, before)),
    })
    this.history = new RoomHistory({
      overview: async () => readOverview(await loadHistoryOverview(this.roomId)),
      rows: async (after) => {
        const page = await loadHistoryRows(this.roomId, after)
        return page && { rows: decodeRows(page.bytes), more: page.more }
      },
    })
    this.carried = new CarriedOver(options.carried ?? null)
    this.idle = new IdleClock((idle) => this.present({ idle }))
    this.awareness.setLocalState({
      user: { name: options.name || DEFAULT_NAME, color_index: this.doc.clientID % 8 },
      file: this.file,
      selections: [],
    })
    this.awareness.on('change', this.onAwareness)
    this.files.on('changed', () => this.ready && this.view.settle(false))
    void this.start()
  }

  /** The file this window shows. */
  get file(): string {
    return this.view.id
  }

  get state(): ProviderState {
    const waiting = readWaiting(this.roomId)
    const before: ProviderState = { link: 'connecting', confirms: false, full: false, waiting }
    return this.carried.withWaiting(this.provider?.state ?? before)
  }

  members(): Member[] {
    const own = { clientId: this.doc.clientID, session: this.session }
    return this.roster.list(this.awareness.getStates(), own, (id) => this.clocks.get(id) ?? 0)
  }

  /** What the editor sees: where the others are in the file it shows. */
  showLines(people: readonly { clientId: number; line: number }[]): void {
    this.lines = new Map(people.map(({ clientId, line }) => [clientId, line]))
    this.emit('lines', undefined)
  }

  /** Exact in the file in view; elsewhere it is where their caret was when it moved. */
  lineOf(member: Member): number | null {
    return this.lines.get(member.clientId) ?? member.line
  }

  /** This person chooses a file, which ends following. */
  openFile(id: string): void {
    this.follow.stop()
    this.showFile(id)
  }

  showFile(id: string): void {
    this.view.show(id)
  }

  /** Takes a file out of the list; a window that shows it goes to its neighbour. Throws as `remove`. */
  deleteFile(id: string): FileEntry {
    const before = this.files.list().findIndex((file) => file.id === id)
    const removed = this.files.remove(id, this.name, Date.now())
    const rest = this.files.list()
    const neighbour = rest[Math.min(before, rest.length - 1)]
    if (this.file === id && neighbour) this.openFile(neighbour.id)
    return removed
  }

  /** Tells the others something about this window. */
  present(fields: Record<string, unknown>): void {
    this.awareness.setLocalState({ ...this.awareness.getLocalState(), ...fields })
  }

  /** A key, a click or a scroll of this person in the text. */
  acted(): void {
    this.idle.acted()
    this.follow.stop()
  }

  rename(name: string): void {
    this.setUser({ name: name || DEFAULT_NAME })
    this.provider?.rejoin()
  }

  /** How long this window leaves a clean-up of the text to others; null: it may not write. */
  cleanAfterMs(): number | null {
    const turn = turnOf(this.members())
    return turn === null ? null : turn * CLEAN_TURN_MS
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
    this.idle.destroy()
    this.follow.destroy()
    this.revival.destroy()
    this.restores.destroy()
    this.files.destroy()
    this.awareness.off('change', this.onAwareness)
    this.awareness.destroy()
    this.doc.destroy()
    this.clearListeners()
  }

  private async start(): Promise<void> {
    if (this.epoch !== null) {
      this.local = this.openStore(this.epoch)
      await this.local.ready
      if (this.hasText && this.view.isListed) this.becomeReady()
    }
    if (this.destroyed) return
    const provider = new Provider({
      url: () => this.urlWithName(),
      person: personSecret(),
      httpWorks: serverAnswers,
      doc: this.doc,
      awareness: this.awareness,
      tandem: this.epoch !== null,
      waiting: readWaiting(this.roomId),
      welcome: (hello) => this.welcome(hello),
      ...(this.options.createSocket && { createSocket: this.options.createSocket }),
    })
    this.provider = provider
    provider.on('blocked', (blocked) => this.emit('blocked', blocked))
    provider.on('state', (bare) => {
      const carried =
        bare.link === 'live' && this.carried.writeInto(this.doc, !this.revival.readOnly)
      if (carried) this.emit('carried', carried)
      const state = this.carried.withWaiting(bare)
      this.keepWaiting(state)
      // A copy that is older than the file one was in waits for the room, as long as there is one.
      if (state.link === 'live' || (state.link === 'offline' && this.hasText)) this.becomeReady()
      this.chatWhenLive(state)
      this.revival.connected(state.link === 'live')
      if (state.link === 'live' && !this.colorGiven) this.takeFreeColor()
      this.emit('state', state)
    })
    provider.on('event', (event) => this.onEvent(event))
    provider.on('denied', (reason) => this.emit('denied', reason))
    provider.on('final', ({ code }) => {
      // What its owner deleted does not stay on other people's disks; an expired room may.
      if (code === CLOSE_DELETED) this.local?.forget()
      this.emit('final', code)
    })
    provider.connect()
    this.emit('state', this.state)
  }

  private get hasText(): boolean {
    return this.doc.store.clients.size > 0
  }

  private becomeReady(): void {
    if (this.ready || this.destroyed) return
    this.ready = true
    this.view.settle(true)
    this.emit('ready', undefined)
  }

  /** Each time the room is there again, and speaks more than the plain protocol. */
  private chatWhenLive({ link, confirms }: ProviderState): void {
    const live = link === 'live' && confirms
    // Without a connection nobody is known to be here.
    if (this.live && !live) this.roster.begin([])
    if (live && !this.live) void this.chat.connected()
    this.live = live
  }

  private get name(): string {
    const user: unknown = this.awareness.getLocalState()?.user
    return readPresence({ user })?.name ?? DEFAULT_NAME
  }

  /** Storage is slow: the count matters only when it outlives a keystroke's round trip. */
  private keepWaiting(state: ProviderState): void {
    if (state.waiting === this.keptWaiting || (state.link === 'live' && state.waiting > 0)) return
    this.keptWaiting = state.waiting
    writeWaiting(this.roomId, state.waiting)
  }

  private openStore(epoch: string): LocalStore {
    return (this.options.openStore ?? openLocalStore)(this.roomId, epoch, this.doc, () => {
      this.emit('unkept', undefined)
    })
  }

  private welcome(hello: Hello): boolean {
    if (hello.epoch === '' || hello.epoch === this.epoch) return true
    if (this.epoch === null) {
      this.epoch = hello.epoch
      rememberEpoch(this.roomId, hello.epoch)
      this.local = this.openStore(hello.epoch)
      return true
    }
    rememberEpoch(this.roomId, hello.epoch)
    writeWaiting(this.roomId, 0)
    this.emit('reset', 'history')
    return false
  }

  private onEvent(event: RoomEvent): void {
    if (event.type === 'hello') this.greeted(event)
    if (this.roster.heard(event)) this.tellMembers()
    if (event.type === 'roleChanged' && event.session === this.session) {
      this.revival.readOnly = event.role === 'viewer'
    }
    if (event.type === 'chat') this.chat.receive(event.message)
    if (event.type === 'versionAdded') this.history.named(event.version)
    if (event.type === 'error' && CHAT_ERRORS.has(event.code)) this.chat.refused(event.message)
    if (event.type === 'error' && IDENTITY_ERRORS.has(event.code)) this.loseIdentity()
    this.emit('event', event)
  }

  /** Only a new document, with a client id of its own, can go on; the old texts can be kept. */
  private loseIdentity(): void {
    this.local?.forget()
    this.emit('reset', 'identity')
  }

  private greeted(hello: Hello): void {
    this.session = hello.session
    this.revival.readOnly = hello.role === 'viewer'
    this.roster.begin(hello.members)
    if (hello.limits.chat_bytes !== undefined) this.chat.bytesMax = hello.limits.chat_bytes
    if (hello.limits.files !== undefined) this.files.max = hello.limits.files
    if (hello.color !== null) {
      this.colorGiven = true
      this.setUser({ color_index: hello.color })
    }
  }

  private takeFreeColor(): void {
    this.colorGiven = true
    const others = this.members().filter((member) => !member.self)
    this.setUser({ color_index: freeColor(others.map((member) => member.color)) })
  }

  private urlWithName(): string {
    const url = new URL(this.options.url)
    url.searchParams.set('name', this.name)
    return url.href
  }

  private setUser(change: Record<string, unknown>): void {
    const user: unknown = this.awareness.getLocalState()?.user
    this.present({ user: { ...(user as object), ...change } })
  }

  private readonly onAwareness = ({ added, updated, removed }: AwarenessChange): void => {
    for (const id of removed) this.clocks.delete(id)
    for (const id of [...added, ...updated]) this.clocks.set(id, Y.getState(this.doc.store, id))
    this.tellMembers()
  }

  private tellMembers(): void {
    const members = this.members()
    this.follow.membersChanged(members)
    this.restores.membersChanged(members)
    this.emit('members', members)
  }
}
