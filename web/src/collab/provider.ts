import { type Awareness, applyAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { Emitter } from '../shared/lib/emitter'
import { backoffMs } from './backoff'
import type { AwarenessChange } from './presence'
import { Silence } from './silence'
import { Unsynced } from './unsynced'
import { onWindowEvents } from './window-events'
import {
  decodeMessage,
  encodeAwareness,
  encodeEvent,
  encodeStep1,
  encodeStep2,
  encodeUpdate,
  type Hello,
  type Message,
  PERSON_SUBPROTOCOL,
  type RoomEvent,
  SUBPROTOCOL,
} from './wire'

export type ProviderLink = 'connecting' | 'live' | 'offline' | 'closed'

export interface ProviderState {
  link: ProviderLink
  confirms: boolean
  waiting: number
  /** The room has as many people as it takes; it is tried again. */
  full: boolean
}

type ProviderEvents = {
  state: ProviderState
  event: RoomEvent
  /** The server closed for good (4400-4499); nothing is tried again. */
  final: { code: number; reason: string }
  denied: string
  /** The server answers over HTTP, and no WebSocket ever opened: something between does not pass it. */
  blocked: boolean
}

export interface ProviderOptions {
  /** Asked at each attempt, because the name in it may have changed. */
  url: () => string
  /** Shown to the server alone: makes this browser one author. */
  person?: string
  doc: Y.Doc
  awareness: Awareness
  /** Asked before anything of ours is sent: may this document be merged into that room? */
  welcome?: (hello: Hello) => boolean
  /** The room is known to speak tandem.v1, so a refused connection is never tried without it. */
  tandem?: boolean
  /** Edits kept from an earlier visit that were never confirmed. */
  waiting?: number
  httpWorks?: () => Promise<boolean>
  createSocket?: (url: string, protocols: string[]) => WebSocket
  random?: () => number
}

/** A word that is composed for longer is better seen half than not at all. */
const HOLD_MS_MAX = 5_000
const BLOCKED_AFTER = 3
const HELLO_WAIT_MS = 3_000
const STEP1_WAIT_MS = 1_000
const CLOSE_TRY_LATER = 1013
/** The name of the limit stands first in the reason. */
const ROOM_FULL = 'room_members'

/**
 * Keeps one Yjs document and its awareness in step with one room over a WebSocket.
 *
 * Nothing of ours is sent before the server has said which history it keeps (hello) and what of
 * it it lacks (step 1): offline edits then always travel in one step 2, and later updates never
 * arrive before what they build on. While an input method composes, `hold` keeps what is
 * written back. Does not know about rooms, names, React or the editor.
 */
export class Provider extends Emitter<ProviderEvents> {
  private readonly options: ProviderOptions
  private readonly doc: Y.Doc
  private readonly awareness: Awareness
  private readonly unsynced: Unsynced
  private socket: WebSocket | null = null
  private link: ProviderLink = 'connecting'
  private attempt = 0
  private spoken: boolean
  private plainNext = false
  private greeted = false
  private answered = false
  private confirms = false
  private full = false
  /** Attempts that never opened, as long as none did; null once one has. */
  private misses: number | null = 0
  private holding = false
  private heldOut: Uint8Array[] = []
  private early: Message[] = []
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private holdTimer: ReturnType<typeof setTimeout> | undefined
  private greetTimer: ReturnType<typeof setTimeout> | undefined
  private step1Timer: ReturnType<typeof setTimeout> | undefined
  private readonly silence = new Silence({
    ask: () => this.send(encodeAwareness(this.awareness)),
    giveUp: () => this.drop(),
  })
  private readonly stopListening: () => void

  constructor(options: ProviderOptions) {
    super()
    this.options = options
    this.doc = options.doc
    this.awareness = options.awareness
    this.spoken = options.tandem ?? false
    this.unsynced = new Unsynced(options.waiting)
    this.doc.on('update', this.onDocUpdate)
    this.awareness.on('update', this.onAwarenessUpdate)
    this.stopListening = onWindowEvents({ wake: this.wake, leave: this.leave })
  }

  get state(): ProviderState {
    const { link, confirms, full } = this
    return { link, confirms, full, waiting: this.unsynced.waiting }
  }

  connect(): void {
    if (this.socket || this.link === 'closed') return
    clearTimeout(this.retryTimer)
    const plain = this.plainNext && !this.spoken
    const create = this.options.createSocket ?? ((url, list) => new WebSocket(url, list))
    const person = this.options.person ? [PERSON_SUBPROTOCOL + this.options.person] : []
    const socket = create(this.options.url(), plain ? [] : [SUBPROTOCOL, ...person])
    let opened = false
    socket.binaryType = 'arraybuffer'
    this.socket = socket
    this.silence.begins()
    socket.onopen = () => {
      opened = true
      this.opened(socket)
    }
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (socket === this.socket && event.data instanceof ArrayBuffer) {
        this.received(new Uint8Array(event.data))
      }
    }
    socket.onclose = (event) => {
      if (socket !== this.socket) return
      // Browsers refuse a server that ignores our subprotocol: try the plain protocol in turn.
      if (!opened) this.plainNext = !plain
      this.closed(event.code, event.reason)
    }
  }

  /** Stops for good and says goodbye to the others. */
  destroy(): void {
    this.leave()
    this.doc.off('update', this.onDocUpdate)
    this.awareness.off('update', this.onAwarenessUpdate)
    this.stopListening()
    this.silence.destroy()
    clearTimeout(this.retryTimer)
    clearTimeout(this.holdTimer)
    this.link = 'closed'
    this.clearListeners()
    const socket = this.socket
    this.socket = null
    this.forgetConnection()
    socket?.close(1000)
  }

  /** A new connection at once, for what the server takes only at the door: the name. */
  rejoin(): void {
    const socket = this.socket
    if (!socket || !this.confirms) return
    this.socket = null
    this.forgetConnection()
    socket.close(1000)
    this.connect()
  }

  /** Says something beside the text. false: there is nobody to hear it now. */
  sendEvent(event: { type: string }): boolean {
    if (!this.confirms || !this.greeted || this.socket?.readyState !== 1) return false
    this.send(encodeEvent(event))
    return true
  }

  /** Keeps what is written back, at most five seconds, so that nobody sees half syllables. */
  hold(): void {
    if (this.holding) return
    this.holding = true
    this.holdTimer = setTimeout(() => this.release(), HOLD_MS_MAX)
  }

  release(): void {
    if (!this.holding) return
    clearTimeout(this.holdTimer)
    this.holding = false
    const out = this.heldOut
    this.heldOut = []
    if (out.length > 0) this.sendUpdate(Y.mergeUpdates(out), out.length)
    if (this.greeted) this.send(encodeAwareness(this.awareness))
  }

  private async suspectProxy(): Promise<void> {
    if (this.misses === null) return
    this.misses += 1
    if (this.misses < BLOCKED_AFTER || !(await this.options.httpWorks?.())) return
    if (this.misses !== null && this.link !== 'closed') this.emit('blocked', true)
  }

  private opened(socket: WebSocket): void {
    if (this.misses !== null && this.misses >= BLOCKED_AFTER) this.emit('blocked', false)
    this.misses = null
    this.confirms = socket.protocol === SUBPROTOCOL
    if (this.confirms) this.spoken = true
    this.silence.begins()
    this.send(encodeStep1(this.doc))
    if (this.confirms) this.greetTimer = setTimeout(() => this.greet(), HELLO_WAIT_MS)
    else this.greet()
  }

  private closed(code: number, reason: string): void {
    void this.suspectProxy()
    const wasLive = this.link === 'live'
    this.socket = null
    this.forgetConnection()
    if (code >= 4400 && code <= 4499) {
      this.link = 'closed'
      this.publish()
      this.emit('final', { code, reason })
      return
    }
    this.full = code === CLOSE_TRY_LATER && reason.startsWith(ROOM_FULL)
    // The first miss after being live is not yet worth a word: most servers are back at once.
    this.link = wasLive ? 'connecting' : 'offline'
    this.publish()
    const wait = backoffMs(this.attempt, (this.options.random ?? Math.random)())
    this.attempt += 1
    this.retryTimer = setTimeout(() => this.connect(), wait)
  }

  private forgetConnection(): void {
    clearTimeout(this.greetTimer)
    clearTimeout(this.step1Timer)
    this.silence.ended()
    this.greeted = false
    this.answered = false
    this.heldOut = []
    this.early = []
    this.unsynced.disconnected()
    const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.doc.clientID)
    removeAwarenessStates(this.awareness, others, this)
  }

  private received(bytes: Uint8Array): void {
    this.silence.broken()
    this.handleBytes(bytes)
  }

  private handleBytes(bytes: Uint8Array): void {
    try {
      const message = decodeMessage(bytes)
      if (message.kind === 'event' && message.event.type === 'hello') this.hello(message.event)
      else if (this.greeted || message.kind === 'event') this.handle(message)
      else this.early.push(message)
    } catch (error) {
      // One unreadable message must not take the connection or the text with it.
      console.warn('Tandem: a message from the server was not understood.', error)
    }
  }

  private hello(hello: Hello): void {
    if (this.options.welcome && !this.options.welcome(hello)) return
    this.emit('event', hello)
    this.greet()
  }

  private greet(): void {
    if (this.greeted || !this.socket) return
    clearTimeout(this.greetTimer)
    // The others may have heard that we left: only a newer clock brings us back.
    this.awareness.setLocalState(this.awareness.getLocalState())
    this.greeted = true
    this.send(encodeAwareness(this.awareness))
    const early = this.early
    this.early = []
    for (const message of early) this.handle(message)
  }

  private handle(message: Message): void {
    switch (message.kind) {
      case 'step1':
        clearTimeout(this.step1Timer)
        this.answered = true
        this.sendSync(encodeStep2(this.doc, message.stateVector))
        break
      case 'step2':
        Y.applyUpdate(this.doc, message.update, this)
        this.synced()
        break
      case 'update':
        Y.applyUpdate(this.doc, message.update, this)
        break
      case 'awareness':
        applyAwarenessUpdate(this.awareness, message.update, this)
        break
      case 'queryAwareness':
        this.send(encodeAwareness(this.awareness))
        break
      case 'ack':
        if (this.unsynced.ack(message.frames)) this.publish()
        break
      case 'denied':
        this.emit('denied', message.reason)
        break
      case 'event':
        this.emit('event', message.event)
        break
      case 'unknown':
        break
    }
  }

  private synced(): void {
    this.attempt = 0
    this.link = 'live'
    this.full = false
    this.publish()
    // Tandem asks everyone who may write. A plain server that never asks gets everything.
    if (this.answered || this.confirms) return
    this.step1Timer = setTimeout(() => {
      if (this.answered || !this.socket) return
      this.sendSync(encodeUpdate(Y.encodeStateAsUpdate(this.doc)))
      this.answered = true
    }, STEP1_WAIT_MS)
  }

  private readonly onDocUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return
    this.unsynced.edited()
    if (this.holding && this.answered) this.heldOut.push(update)
    else this.sendUpdate(update, 1)
    this.publish()
  }

  private sendUpdate(update: Uint8Array, edits: number): void {
    // Before step 2 has left, edits wait: it will carry them.
    if (this.answered) this.sendSync(encodeUpdate(update), edits)
  }

  private sendSync(bytes: Uint8Array<ArrayBuffer>, edits?: number): void {
    if (this.socket?.readyState !== 1) return
    this.unsynced.sent(edits)
    this.send(bytes)
    if (!this.confirms) this.unsynced.ackAll()
    this.publish()
  }

  private send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.socket?.readyState === 1) this.socket.send(bytes)
  }

  private readonly onAwarenessUpdate = (change: AwarenessChange, origin: unknown): void => {
    if (origin === this || !this.greeted || this.holding) return
    const own = this.awareness.clientID
    if ([change.added, change.updated, change.removed].some((list) => list.includes(own))) {
      this.send(encodeAwareness(this.awareness))
    }
  }

  private drop(): void {
    const socket = this.socket
    if (!socket) return
    socket.onclose = null
    socket.close()
    this.closed(1006, 'silence')
  }

  private readonly wake = (): void => {
    if (this.link === 'closed') return
    if (this.socket) {
      if (this.answered) this.greet()
      return
    }
    this.attempt = 0
    this.connect()
  }

  private readonly leave = (): void => {
    const state = this.awareness.getLocalState()
    if (!state || !this.greeted) return
    removeAwarenessStates(this.awareness, [this.awareness.clientID], 'leave')
    // A page that is kept in the back/forward cache comes back as itself.
    this.greeted = false
    this.awareness.setLocalState(state)
  }

  private publish(): void {
    this.emit('state', this.state)
  }
}
