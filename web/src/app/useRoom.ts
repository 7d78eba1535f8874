import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import type { Carried } from '../collab/carried'
import { type ResetReason, Session } from '../collab/session'
import { watchSession } from '../collab/session-view'
import type { Room } from '../features/part'
import { lookUpRoom, ownerKey } from '../shared/lib/api'
import { addressOf } from '../shared/lib/base'
import { rememberedName } from '../shared/lib/person'
import { forgetRoom, readRecent, rememberRoom } from '../shared/lib/recent'
import { useAppStore } from '../shared/store/hooks'
import { entered, noticed, roomSeen } from '../shared/store/roomSlice'
import type { AppStore } from '../shared/store/store'
import { PARTS } from './parts'
import { makeRoom } from './room'

function socketUrl(id: string): string {
  const url = new URL(addressOf(`/ws/${encodeURIComponent(id)}`), location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

const RESET_WORDS: Readonly<Record<ResetReason, string>> = {
  history: 'This room was reset. You see its new text.',
  identity: 'Somebody else wrote in the name of this window; it goes on with a new one.',
}

/** Opens the room for as long as the page shows it, and begins anew when its session has to. */
export function useRoom(id: string) {
  const store = useAppStore()
  const [generation, setGeneration] = useState(0)
  const [room, setRoom] = useState<Room | null>(null)
  /** What is told when the room opens again. */
  const words = useRef('')
  const carried = useRef<Carried>(undefined)

  // Before the first paint, so that no page without a room is seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new generation is a new session
  useLayoutEffect(() => {
    store.dispatch(entered(id))
    store.dispatch(noticed(words.current))
    words.current = ''
    const session = new Session({
      roomId: id,
      name: rememberedName(),
      url: socketUrl(id),
      carried: carried.current,
    })
    carried.current = undefined
    const opened = makeRoom(session, store, PARTS)
    const ends = [
      watchSession(session, store.dispatch),
      session.on('reset', (reason) => {
        words.current = RESET_WORDS[reason]
        if (reason === 'identity')
          carried.current = { doc: session.doc, waiting: session.state.waiting }
        setGeneration((count) => count + 1)
      }),
      session.on('final', () => {
        if (store.getState().room.problem !== 'no-access') forgetRoom(id)
      }),
      askBeforeLeaving(session),
      keepLookedUp(id, session, store),
      ...PARTS.map((part) => part.session?.(opened) ?? (() => {})),
    ]
    setRoom(opened)
    return () => {
      for (const end of ends) end()
      session.destroy()
      setRoom(null)
    }
  }, [id, generation, store])

  /** The room was made meanwhile: once more from the beginning. */
  const reopen = useCallback(() => setGeneration((count) => count + 1), [])
  return { room, reopen }
}

function askBeforeLeaving(session: Session): () => void {
  const onLeave = (event: BeforeUnloadEvent) => {
    if (session.state.waiting > 0) event.preventDefault()
  }
  addEventListener('beforeunload', onLeave)
  return () => removeEventListener('beforeunload', onLeave)
}

/**
 * What only HTTP tells: the room's name before the first hello, its expiry, whose it is. Asked at
 * first, and whenever the connection is back: all of it may have changed meanwhile.
 */
function keepLookedUp(id: string, session: Session, store: AppStore): () => void {
  let left = false
  let live = false
  let known = false
  const ask = async () => {
    const answer = await lookUpRoom(id)
    if (left) return
    if (answer.ok) {
      known = true
      const { name, expiresAt } = answer.value
      rememberRoom(id, name)
      store.dispatch(roomSeen({ name, expiresAt, owned: ownerKey(id) !== null }))
    } else if (answer.status === 404) {
      forgetRoom(id)
      store.dispatch(roomSeen({ problem: 'not-found' }))
    }
  }
  // Without the server, what this browser knows.
  const name = readRecent().find((room) => room.id === id)?.name ?? ''
  store.dispatch(roomSeen({ name, owned: ownerKey(id) !== null }))
  const first = ask()
  let joins = 0
  const stop = session.on('state', ({ link }) => {
    const back = link === 'live' && !live
    live = link === 'live'
    if (!back) return
    joins += 1
    // The first time, the answer may be on its way.
    if (joins > 1) void ask()
    else void first.then(() => (known ? undefined : ask()))
  })
  return () => {
    left = true
    stop()
  }
}
