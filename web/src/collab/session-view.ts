import { filesSeen } from '../shared/store/filesSlice'
import { type Peer, type Problem, type RoomState, roomSeen } from '../shared/store/roomSlice'
import type { AppDispatch } from '../shared/store/store'
import { CHAT_ERRORS } from './error-codes'
import type { Member } from './presence'
import type { ProviderState } from './provider'
import type { Session } from './session'

const PEERS_INTERVAL_MS = 200
const SETTLE_MS = 400

const PROBLEMS: Readonly<Record<number, Problem>> = {
  4403: 'no-access',
  4404: 'not-found',
  4410: 'deleted',
}

type Show = (seen: Partial<RoomState>) => void

function peerOf(member: Member, line: number | null, own: number | undefined): Peer {
  const { clientId, session, name, color, self, role, file, idle } = member
  const followsYou = own !== undefined && member.following === own
  return { clientId, session, name, color, self, role, file, line, idle, followsYou }
}

/**
 * The one way from a session into the store: what the chrome shows of it, at once and whenever it
 * changes, in plain values and at a pace that people can read, until the returned end is called.
 */
export function watchSession(session: Session, dispatch: AppDispatch): () => void {
  const show: Show = (seen) => dispatch(roomSeen(seen))
  const stops = [
    watchLink(session, show),
    watchPeers(session, show),
    watchFiles(session, dispatch),
    watchEvents(session, show),
    session.on('ready', () => show({ ready: true })),
    session.on('final', (code) => show({ problem: PROBLEMS[code] ?? 'no-access' })),
    session.follow.on('changed', (following) => show({ following })),
    session.chat.on('changed', ({ unread }) => show({ unread })),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** "Saving" is said at once, "Saved" only after a pause: true at every moment, and calm. */
function watchLink(session: Session, show: Show): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let shown: ProviderState | null = null
  const tell = (state: ProviderState) => {
    clearTimeout(timer)
    timer = undefined
    const same =
      shown?.link === state.link &&
      shown.confirms === state.confirms &&
      shown.full === state.full &&
      shown.waiting === state.waiting
    if (same) return
    shown = state
    show(state)
  }
  const stop = session.on('state', (state) => {
    const settling = shown?.link === 'live' && state.link === 'live' && shown.waiting > 0
    if (!settling) tell(state)
    else timer ??= setTimeout(() => tell(session.state), SETTLE_MS)
  })
  tell(session.state)
  return () => {
    clearTimeout(timer)
    stop()
  }
}

function watchPeers(session: Session, show: Show): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = ''
  const publish = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      const members = session.members()
      const own = members.find((member) => member.self)?.clientId
      const peers = members.map((member) => peerOf(member, session.lineOf(member), own))
      const key = JSON.stringify(peers)
      if (key === last) return
      last = key
      show({ peers })
    }, PEERS_INTERVAL_MS)
  }
  const stops = [session.on('members', publish), session.on('lines', publish)]
  publish()
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
}

function watchFiles(session: Session, dispatch: AppDispatch): () => void {
  const { files } = session
  const publish = () => {
    const [list, deleted] = [files.list(), files.deleted()]
    dispatch(filesSeen({ list, unlisted: files.unlisted(), deleted, current: session.file }))
  }
  const stops = [session.on('file', publish), files.on('changed', publish)]
  publish()
  return () => {
    for (const stop of stops) stop()
  }
}

function watchEvents(session: Session, show: Show): () => void {
  let own: number | null = null
  const role = (name: string) => show({ readOnly: name === 'viewer' })
  return session.on('event', (event) => {
    if (event.type === 'hello') {
      own = event.session
      role(event.role)
      if (event.roomName) show({ name: event.roomName })
    }
    if (event.type === 'roleChanged' && event.session === own) role(event.role)
    if (event.type === 'renamed') show({ name: event.name })
    if (event.type === 'notice') show({ notice: event.message })
    // What went wrong with a message is said beside that message.
    if (event.type === 'error' && !CHAT_ERRORS.has(event.code)) {
      show({ notice: event.message })
    }
  })
}
