import * as Y from 'yjs'
import { FakeServer, FakeSocket, syncFrame } from '../src/collab/testing'

/** A socket whose messages wait, both ways, until the program lets one through. */
export class SlowSocket extends FakeSocket {
  private readonly incoming: Uint8Array[] = []
  private readonly outgoing: Uint8Array[] = []

  constructor(
    url: string,
    protocols: string[],
    private readonly server: FakeServer,
  ) {
    super(url, protocols)
  }

  override send(bytes: Uint8Array): void {
    this.outgoing.push(bytes)
  }

  override receive(bytes: Uint8Array): void {
    this.incoming.push(bytes.slice())
  }

  /** Lets the oldest message of one direction through; false when there was none. */
  pass(up: boolean): boolean {
    const queue = up ? this.outgoing : this.incoming
    const bytes = queue.shift()
    if (!bytes || this.readyState !== 1) return false
    if (up) this.server.onSend(this, bytes)
    else super.receive(bytes)
    return true
  }
}

/** The server of a room, with messages that arrive when the dice say so, and lines that break. */
export class LabNetwork {
  readonly server = new FakeServer()
  private readonly sockets: SlowSocket[] = []

  readonly createSocket = (url: string, protocols: string[]): WebSocket => {
    const socket = new SlowSocket(url, protocols, this.server)
    this.sockets.push(socket)
    return socket as unknown as WebSocket
  }

  /** Lets in who knocks. */
  accept(): void {
    for (const socket of this.sockets) if (socket.readyState === 0) this.server.accept(socket)
  }

  pass(random: () => number, messages: number): void {
    const open = this.sockets.filter((socket) => socket.readyState === 1)
    for (let i = 0; i < messages; i += 1) {
      open[Math.floor(random() * open.length)]?.pass(random() < 0.5)
    }
  }

  /** Until nothing is under way. */
  passAll(): void {
    for (let again = true; again; ) {
      again = false
      for (const socket of this.sockets) {
        for (const up of [true, false]) while (socket.pass(up)) again = true
      }
    }
  }

  /** Tells everyone what was written into the server's own document. */
  serverWrote(): void {
    const all = Y.encodeStateAsUpdate(this.server.doc)
    for (const socket of this.server.sockets) socket.receive(syncFrame(2, all))
  }

  /** One line breaks, with what was under way on it. */
  drop(random: () => number): void {
    const open = this.sockets.filter((socket) => socket.readyState === 1)
    const socket = open[Math.floor(random() * open.length)]
    if (socket) this.server.lose(socket)
  }
}
