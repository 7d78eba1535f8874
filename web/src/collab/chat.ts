import { Emitter } from '../shared/lib/emitter'
import type { ChatMessage, ChatPage } from './chat-message'

/** Said here, and not known to be stored. */
export interface Outgoing {
  ref: string
  text: string
  /** Why it did not go through; '': on its way. */
  problem: string
}

export interface ChatState {
  /** In order of their numbers. */
  messages: readonly ChatMessage[]
  outgoing: readonly Outgoing[]
  /** There are older ones that are not loaded. */
  more: boolean
  loading: boolean
  /** Messages of others since the chat was last looked at. */
  unread: number
}

export interface ChatPort {
  /** false: there is no connection; say it again when there is. */
  send: (event: { type: 'chat'; text: string; ref: string }) => boolean
  /** A page before message `before`, the newest without it; null: it could not be had. */
  load: (before?: number) => Promise<ChatPage | null>
}

type ChatEvents = {
  changed: ChatState
  /** What is being written is another text now. */
  draft: string
  /** Something was put into it, to be written about. */
  quoted: undefined
}

/** 96 random bits; randomUUID is missing on plain http. */
function randomRef(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((n) => n.toString(36)).join('-')
}

/**
 * What is said in a room, as this window knows it. A message is shown as said when the server has
 * stored it; until then it is outgoing and is sent again after each reconnection, under one name,
 * so that it is stored once.
 */
export class Chat extends Emitter<ChatEvents> {
  /** What is being written; it waits here while the chat is not on the screen. */
  draft = ''
  /** Of one message, UTF-8: what the server announced. */
  bytesMax = 4096
  private readonly port: ChatPort
  private readonly known = new Map<number, ChatMessage>()
  private readonly refs = new Set<string>()
  private outgoing: Outgoing[] = []
  private more = false
  private loading = false
  private looking = false
  private seenN: number | null = null

  /** As of the last change: the same object until the next. */
  state: ChatState

  constructor(port: ChatPort) {
    super()
    this.port = port
    this.state = this.compute()
  }

  private compute(): ChatState {
    const messages = [...this.known.values()].sort((a, b) => a.n - b.n)
    const seen = this.seenN
    const unread =
      seen === null || this.looking
        ? 0
        : messages.filter((message) => message.n > seen && !this.isOwn(message)).length
    return { messages, outgoing: this.outgoing, more: this.more, loading: this.loading, unread }
  }

  /** Was it said in this window? */
  isOwn(message: ChatMessage): boolean {
    return this.refs.has(message.ref)
  }

  write(draft: string): void {
    this.draft = draft
    this.emit('draft', draft)
  }

  /** Puts something at the end of what is being written. */
  quote(text: string): void {
    const gap = this.draft === '' || /\s$/.test(this.draft) ? '' : ' '
    this.write(`${this.draft}${gap}${text} `)
    this.emit('quoted', undefined)
  }

  say(text: string): void {
    const ref = randomRef()
    this.refs.add(ref)
    this.outgoing = [...this.outgoing, { ref, text, problem: '' }]
    this.send(ref)
    this.publish()
  }

  /** Try again what did not go through. */
  retry(ref: string): void {
    this.change(ref, '')
    this.send(ref)
    this.publish()
  }

  discard(ref: string): void {
    this.outgoing = this.outgoing.filter((item) => item.ref !== ref)
    this.publish()
  }

  /** The room is there (again): what we missed is fetched, what waits is said. */
  async connected(): Promise<void> {
    const newest = this.lastWithoutGap()
    for (const { ref } of this.outgoing) this.send(ref)
    let page = await this.port.load()
    const first = newest === 0
    if (page && first) this.more = page.more
    while (page) {
      this.take(page.messages)
      const oldest = page.messages.at(-1)?.n ?? 0
      // Go back until what was known is met, so that no gap is left behind.
      if (first || !page.more || oldest <= newest + 1) break
      page = await this.port.load(oldest)
    }
    this.seenN ??= Math.max(0, ...this.known.keys())
    this.publish()
  }

  receive(message: ChatMessage): void {
    this.take([message])
    this.publish()
  }

  /** The server refused or could not store what was sent last. */
  refused(problem: string): void {
    this.outgoing = this.outgoing.map((item) => ({ ...item, problem: item.problem || problem }))
    this.publish()
  }

  async loadOlder(): Promise<void> {
    const oldest = this.state.messages[0]?.n
    if (this.loading || !this.more || oldest === undefined) return
    this.loading = true
    this.publish()
    const page = await this.port.load(oldest)
    this.loading = false
    if (page) {
      this.take(page.messages)
      this.more = page.more
    }
    this.publish()
  }

  /** The chat is on the screen, or is not: what comes while it is needs no badge. */
  look(looking: boolean): void {
    this.looking = looking
    this.seenN = this.seenN === null ? null : Math.max(this.seenN, ...this.known.keys())
    this.publish()
  }

  /** The last message before the first one that is missing: the server numbers them all. */
  private lastWithoutGap(): number {
    let last = Math.min(...this.known.keys())
    if (last === Number.POSITIVE_INFINITY) return 0
    while (this.known.has(last + 1)) last += 1
    return last
  }

  private take(messages: readonly ChatMessage[]): void {
    for (const message of messages) {
      this.known.set(message.n, message)
      if (this.looking && this.seenN !== null) this.seenN = Math.max(this.seenN, message.n)
      if (this.isOwn(message)) {
        this.outgoing = this.outgoing.filter((item) => item.ref !== message.ref)
      }
    }
  }

  private send(ref: string): void {
    const item = this.outgoing.find((one) => one.ref === ref)
    if (!item) return
    this.change(ref, '')
    // Without a connection it waits for connected().
    this.port.send({ type: 'chat', text: item.text, ref })
  }

  private change(ref: string, problem: string): void {
    this.outgoing = this.outgoing.map((item) => (item.ref === ref ? { ...item, problem } : item))
  }

  private publish(): void {
    this.state = this.compute()
    this.emit('changed', this.state)
  }
}
