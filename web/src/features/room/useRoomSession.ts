import { useCallback, useEffect, useRef, useState } from 'react'
import { Session } from '../../collab/session'
import { lookUpRoom } from '../../shared/lib/api'
import { rememberedName, rememberName } from '../../shared/lib/person'
import { forgetRoom, rememberRoom } from '../../shared/lib/recent'
import { useAppDispatch } from '../../shared/store/hooks'
import {
  entered,
  failed,
  linkChanged,
  noticed,
  peersChanged,
  renamed,
  roleChanged,
} from '../../shared/store/roomSlice'
import { connectSession } from './connect-session'

function socketUrl(id: string): string {
  const url = new URL(`/ws/${encodeURIComponent(id)}`, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

/** Opens the room for as long as the page shows it, and tells the store what the chrome shows. */
export function useRoomSession(id: string) {
  const dispatch = useAppDispatch()
  const [generation, setGeneration] = useState(0)
  const [session, setSession] = useState<Session | null>(null)
  const lines = useRef<ReadonlyMap<number, number>>(new Map())
  const republish = useRef<() => void>(() => {})

  useEffect(() => {
    dispatch(entered(id))
    if (generation > 0) dispatch(noticed('This room was reset. You see its new text.'))
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
      reset: () => setGeneration((count) => count + 1),
    })
    republish.current = connection.republish
    setSession(opened)
    let left = false
    void lookUpRoom(id).then((answer) => {
      if (left) return
      if (answer.ok) {
        rememberRoom(id, answer.value.name)
        dispatch(renamed(answer.value.name))
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
  const setLines = useCallback((next: ReadonlyMap<number, number>) => {
    lines.current = next
    republish.current()
  }, [])

  return { session, rename, setLines }
}
