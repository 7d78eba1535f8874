import { filesSeen } from '../shared/store/filesSlice'
import {
  type Peer,
  type Problem,
  type RoomState,
  roomSeen,
  type Unsaved,
} from '../shared/store/roomSlice'
import type { AppDispatch } from '../shared/store/store'
import { CHAT_ERRORS } from './error-codes'
import type { Member } from './presence'
import type { ProviderState } from './provider'
import type { Session } from './session'

const PEERS_INTERVAL_MS = 200
const SETTLE_MS = 400
/** The disk answers in milliseconds; who waits that long is told. */
const SLOW_MS = 10_000

const PROBLEMS: Readonly<Record<number, Problem>> = {
  4403: 'no-access',
  4404: 'not-found',
  4410: 'deleted',
}

type Show = (seen: Partial<RoomState>) => void

function peerOf(member: Member, line: number | null, own: number | undefined): Peer {
  const { clientId, session, name, color, self, person, role, file, idle } = member
  const followsYou = own !== undefined && member.following === own
  return {
    clientId,
    session,
    name,
    color,
    self,
    person,
    away: false,
    role,
    file,
    line,
    idle,
    followsYou,
  }
}

/**
 * The one way from a session into the store: what the chrome shows of it, at once and whenever it
 * changes, in plain values and at a pace that people can read, until the returned end is called.
 */
export function watchSession(session: Session, dispatch: AppDispatch): () => void {
  const show: Show = (seen) => dispatch(roomSeen(seen))
  const stops = [
    watchLink(session, show),
    watchSaving(session, show),
    watchPeers(session, show),
    watchFiles(session, dispatch),
    watchEvents(session, show),
    session.on('ready', () => show({ ready: true })),
    session.on('blocked', (blocked) => show({ blocked })),
    session.on('unkept', () => show({ kept: false })),
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

/** Why nothing is saved, as long as it is so: what the server says, and its silence. */
function watchSaving(session: Session, show: Show): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let waiting = 0
  let kind: Unsaved['kind'] | null = null
  const set = (unsaved: Unsaved | null) => {
    if (unsaved === null && kind === null) return
    kind = unsaved?.kind ?? null
    show({ unsaved })
  }
  const watch = () => {
    const { link, confirms, ...state } = session.state
    const now = link === 'live' && confirms ? state.waiting : 0
    if (now === 0 || now < waiting) {
      clearTimeout(timer)
      timer = undefined
      if (kind === 'slow') set(null)
    }
    waiting = now
    if (now === 0 || timer !== undefined) return
    const why = `${now} of your edits wait for the server's answer.`
    timer = setTimeout(() => kind === null && set({ kind: 'slow', why }), SLOW_MS)
  }
  const stops = [
    session.on('state', watch),
    session.on('denied', (why) => set({ kind: 'refused', why })),
    session.on('event', (event) => {
      // What was refused is out of the way only with a new connection.
      if (event.type === 'hello') set(null)
      if (event.type === 'notice' && event.code === 'store_recovered' && kind !== 'refused') {
        set(null)
      }
      if (event.type === 'error' && event.code === 'store_stalled' && kind !== 'refused') {
        set({ kind: event.reason === 'full' ? 'full' : 'stalled', why: event.message })
      }
    }),
  ]
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
}

function watchPeers(session: Session, show: Show): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = ''
  let here: Peer[] = []
  const publish = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      const members = session.members()
      const own = members.find((member) => member.self)?.clientId
      let peers = members.map((member) => peerOf(member, session.lineOf(member), own))
      if (session.state.link === 'live') here = peers
      else peers = withAway(peers, here)
      const key = JSON.stringify(peers)
      if (key === last) return
      last = key
      show({ peers })
    }, PEERS_INTERVAL_MS)
  }
  const stops = (['members', 'lines', 'state'] as const).map((event) => session.on(event, publish))
  publish()
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
}

/** Without a connection nobody is seen, and nobody is known to have gone. */
function withAway(peers: readonly Peer[], before: readonly Peer[]): Peer[] {
  const gone = before.filter(({ self, session, clientId }) => {
    const again = (peer: Peer) => peer.clientId === clientId || (peer.session ?? -1) === session
    return !self && !peers.some(again)
  })
  return [...peers, ...gone.map((peer) => ({ ...peer, away: true, line: null, followsYou: false }))]
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
  let denied = ''
  const role = (name: string) => show({ readOnly: name === 'viewer' })
  const stops = [
    session.on('denied', (why) => {
      denied = why
    }),
    session.on('event', (event) => {
      if (event.type === 'hello') {
        own = event.session
        role(event.role)
        if (event.roomName) show({ name: event.roomName })
      }
      if (event.type === 'roleChanged' && event.session === own) role(event.role)
      if (event.type === 'renamed') show({ name: event.name })
      if (event.type === 'notice' && event.code !== 'store_recovered') {
        show({ notice: event.message })
      }
      // What went wrong with a message is said beside that message.
      // Whether it is saved, the light and its bar say for as long as it is so.
      const told =
        event.type === 'error' && (CHAT_ERRORS.has(event.code) || event.message === denied)
      if (event.type === 'error' && !told && event.code !== 'store_stalled') {
        show({ notice: event.message })
      }
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
