import { useCallback, useEffect, useRef, useState } from 'react'
import type { Whereabouts } from '../../collab/edge-marks'
import { type ResetReason, Session } from '../../collab/session'
import { lookUpRoom, ownerKey } from '../../shared/lib/api'
import { rememberedName, rememberName } from '../../shared/lib/person'
import { forgetRoom, rememberRoom } from '../../shared/lib/recent'
import { fileShown, filesChanged } from '../../shared/store/filesSlice'
import { useAppDispatch } from '../../shared/store/hooks'
import {
  becameReady,
  entered,
  failed,
  followed,
  linkChanged,
  lookedUp,
  noticed,
  peersChanged,
  renamed,
  roleChanged,
  unreadChanged,
} from '../../shared/store/roomSlice'
import { connectSession } from './connect-session'

function socketUrl(id: string): string {
  const url = new URL(`/ws/${encodeURIComponent(id)}`, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

const RESET_WORDS: Readonly<Record<ResetReason, string>> = {
  history: 'This room was reset. You see its new text.',
  identity: 'Somebody else wrote in the name of this window. You see the text as it is saved.',
}

/** Opens the room for as long as the page shows it, and tells the store what the chrome shows. */
export function useRoomSession(id: string) {
  const dispatch = useAppDispatch()
  const [generation, setGeneration] = useState(0)
  const [session, setSession] = useState<Session | null>(null)
  const lines = useRef<ReadonlyMap<number, number>>(new Map())
  const reopened = useRef(false)
  const why = useRef<ResetReason>('history')
  const republish = useRef<() => void>(() => {})

  useEffect(() => {
    dispatch(entered(id))
    if (generation > 0 && !reopened.current) {
      dispatch(noticed(RESET_WORDS[why.current]))
    }
    reopened.current = false
    const opened = new Session({ roomId: id, name: rememberedName(), url: socketUrl(id) })
    const connection = connectSession(opened, () => lines.current, {
      link: (state) => dispatch(linkChanged(state)),
      peers: (peers) => dispatch(peersChanged(peers)),
      failed: (problem) => {
        if (problem !== 'no-access') forgetRoom(id)
        dispatch(failed(problem))
      },
      role: (role) => dispatch(roleChanged(role)),
      named: (name) => dispatch(renamed(name)),
      noticed: (notice) => dispatch(noticed(notice)),
      reset: (reason) => {
        why.current = reason
        setGeneration((count) => count + 1)
      },
      ready: () => dispatch(becameReady()),
      following: (clientId) => dispatch(followed(clientId)),
      unread: (messages) => dispatch(unreadChanged(messages)),
      files: (list, current) => {
        dispatch(filesChanged(list))
        dispatch(fileShown(current))
      },
    })
    republish.current = connection.republish
    setSession(opened)
    let left = false
    void lookUpRoom(id).then((answer) => {
      if (left) return
      if (answer.ok) {
        const { name, expiresAt } = answer.value
        rememberRoom(id, name)
        dispatch(lookedUp({ name, expiresAt, owned: ownerKey(id) !== null }))
      } else if (answer.status === 404) {
        forgetRoom(id)
        dispatch(failed('not-found'))
      }
    })
    return () => {
      left = true
      connection.stop()
      opened.destroy()
      setSession(null)
    }
  }, [id, generation, dispatch])

  const rename = useCallback(
    (name: string) => {
      rememberName(name)
      session?.rename(name)
    },
    [session],
  )
  const setPeople = useCallback((people: readonly Whereabouts[]) => {
    lines.current = new Map(people.map(({ clientId, line }) => [clientId, line]))
    republish.current()
  }, [])
  /** The room was made meanwhile: once more from the beginning. */
  const reopen = useCallback(() => {
    reopened.current = true
    setGeneration((count) => count + 1)
  }, [])

  return { session, rename, setPeople, reopen }
}
