import type { ProviderState } from '../../collab/provider'
import { CHAT_ERRORS, type Member, type ResetReason, type Session } from '../../collab/session'
import type { FileItem } from '../../shared/store/filesSlice'
import type { Peer, Problem } from '../../shared/store/roomSlice'

/** What the page learns from a session, at a pace that people can read. */
export interface SessionSink {
  link: (state: ProviderState) => void
  peers: (peers: Peer[]) => void
  failed: (problem: Problem) => void
  role: (role: string) => void
  named: (name: string) => void
  noticed: (notice: string) => void
  reset: (reason: ResetReason) => void
  ready: () => void
  files: (files: FileItem[], current: string) => void
  following: (clientId: number | null) => void
  unread: (messages: number) => void
}

const PEERS_INTERVAL_MS = 200
const SETTLE_MS = 400

const PROBLEMS: Readonly<Record<number, Problem>> = {
  4403: 'no-access',
  4404: 'not-found',
  4410: 'deleted',
}

function peerOf(member: Member, lines: ReadonlyMap<number, number>, own?: number): Peer {
  const { clientId, session, name, color, self, role, file, idle } = member
  // Lines of the file in view are exact; elsewhere it is where their caret was when it moved.
  const line = lines.get(clientId) ?? member.line
  const followsYou = own !== undefined && member.following === own
  return { clientId, session, name, color, self, role, file, line, idle, followsYou }
}

export function connectSession(
  session: Session,
  lines: () => ReadonlyMap<number, number>,
  sink: SessionSink,
): { republish: () => void; stop: () => void } {
  let peersTimer: ReturnType<typeof setTimeout> | undefined
  let settleTimer: ReturnType<typeof setTimeout> | undefined
  let shown: ProviderState | null = null
  let lastPeers = ''
  let own: number | null = null

  const show = (state: ProviderState) => {
    clearTimeout(settleTimer)
    settleTimer = undefined
    const same =
      shown?.link === state.link &&
      shown.confirms === state.confirms &&
      shown.full === state.full &&
      shown.waiting === state.waiting
    if (same) return
    shown = state
    sink.link(state)
  }
  // "Saving" is said at once, "Saved" only after a pause: true at every moment, and calm.
  const onState = (state: ProviderState) => {
    const settling = shown?.link === 'live' && state.link === 'live' && shown.waiting > 0
    if (!settling) show(state)
    else settleTimer ??= setTimeout(() => show(session.state), SETTLE_MS)
  }

  const republish = () => {
    peersTimer ??= setTimeout(() => {
      peersTimer = undefined
      const members = session.members()
      const own = members.find((member) => member.self)?.clientId
      const peers = members.map((member) => peerOf(member, lines(), own))
      const key = JSON.stringify(peers)
      if (key === lastPeers) return
      lastPeers = key
      sink.peers(peers)
    }, PEERS_INTERVAL_MS)
  }

  const onLeave = (event: BeforeUnloadEvent) => {
    if (session.state.waiting > 0) event.preventDefault()
  }

  session.on('state', onState)
  session.on('members', republish)
  session.on('ready', () => sink.ready())
  const showFiles = () => sink.files(session.files.list(), session.file)
  session.on('file', showFiles)
  session.files.on('changed', showFiles)
  session.follow.on('changed', (leader) => sink.following(leader))
  session.chat.on('changed', ({ unread }) => sink.unread(unread))
  session.on('final', (code) => sink.failed(PROBLEMS[code] ?? 'no-access'))
  session.on('reset', (reason) => sink.reset(reason))
  session.on('event', (event) => {
    if (event.type === 'hello') {
      own = event.session
      sink.role(event.role)
      if (event.roomName) sink.named(event.roomName)
    }
    if (event.type === 'roleChanged' && event.session === own) sink.role(event.role)
    if (event.type === 'renamed') sink.named(event.name)
    if (event.type === 'notice') sink.noticed(event.message)
    // What went wrong with a message is said beside that message.
    if (event.type === 'error' && !CHAT_ERRORS.has(event.code)) sink.noticed(event.message)
  })
  addEventListener('beforeunload', onLeave)
  show(session.state)
  republish()
  showFiles()

  return {
    republish,
    stop: () => {
      clearTimeout(peersTimer)
      clearTimeout(settleTimer)
      removeEventListener('beforeunload', onLeave)
    },
  }
}
