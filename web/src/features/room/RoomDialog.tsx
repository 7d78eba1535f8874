import { type SubmitEvent, useState } from 'react'
import { changeRoom, deleteRoom } from '../../shared/lib/api'
import { BASE } from '../../shared/lib/base'
import { navigate } from '../../shared/lib/navigate'
import { rememberRoom } from '../../shared/lib/recent'
import { useAppDispatch, useAppSelector } from '../../shared/store/hooks'
import { roomSeen } from '../../shared/store/roomSlice'
import { Button } from '../../shared/ui/Button'
import { Dialog } from '../../shared/ui/Dialog'
import ui from '../../shared/ui/ui.module.css'
import { expiryWords, KEEP_DAYS } from './expiry'
import styles from './RoomDialog.module.css'
import { NAME_CHARS_MAX } from './rename-room'

interface Props {
  onClose: () => void
}

/** Name, life and end of the room: for all to see, for its owner to change. */
export function RoomDialog({ onClose }: Props) {
  const { id, name, expiresAt, owned } = useAppSelector((state) => state.room)
  const dispatch = useAppDispatch()
  const [draft, setDraft] = useState(name)
  const [typed, setTyped] = useState('')
  const [said, setSaid] = useState('')
  const [busy, setBusy] = useState(false)

  const change = async (wanted: { name?: string; expires_in_days?: number }, done: string) => {
    setBusy(true)
    const answer = await changeRoom(id, wanted)
    setBusy(false)
    setSaid(answer.ok ? done : answer.message)
    if (!answer.ok) return
    rememberRoom(id, answer.value.name)
    dispatch(roomSeen({ name: answer.value.name, expiresAt: answer.value.expiresAt }))
  }
  const rename = (event: SubmitEvent) => {
    event.preventDefault()
    const wanted = draft.trim()
    if (wanted !== '' && wanted !== name) void change({ name: wanted }, 'Renamed.')
  }
  const remove = async (event: SubmitEvent) => {
    event.preventDefault()
    if (typed.trim() !== name.trim()) return
    setBusy(true)
    const answer = await deleteRoom(id)
    setBusy(false)
    if (answer.ok) navigate(BASE)
    else setSaid(answer.message)
  }

  return (
    <Dialog title="This room" onClose={onClose}>
      <div className={styles.body}>
        {owned ? (
          <form className={styles.field} onSubmit={rename}>
            <label htmlFor="room-name">Name</label>
            <div className={styles.line}>
              <input
                id="room-name"
                className={ui.field}
                value={draft}
                maxLength={NAME_CHARS_MAX}
                autoComplete="off"
                onChange={(event) => setDraft(event.currentTarget.value)}
              />
              <Button type="submit" disabled={busy || draft.trim() === '' || draft === name}>
                Rename
              </Button>
            </div>
          </form>
        ) : (
          <p className={styles.fact}>
            {name}. Only the browser that made the room can rename or delete it.
          </p>
        )}
        <div className={styles.field}>
          <p>{expiryWords(expiresAt)}</p>
          {owned && (
            <label className={styles.line}>
              Deleted without a visit after
              <select
                disabled={busy}
                value=""
                onChange={(event) =>
                  void change({ expires_in_days: Number(event.currentTarget.value) }, 'Changed.')
                }
              >
                <option value="" disabled>
                  choose…
                </option>
                {KEEP_DAYS.map(([days, words]) => (
                  <option key={days} value={days}>
                    {words}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
        {owned && (
          <form className={styles.end} onSubmit={remove}>
            <label htmlFor="room-delete">
              Deleting takes the text away from everyone, for good. Type <strong>{name}</strong> to
              delete this room.
            </label>
            <div className={styles.line}>
              <input
                id="room-delete"
                className={ui.field}
                value={typed}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
              <Button
                type="submit"
                className={styles.delete}
                disabled={busy || typed.trim() !== name.trim()}
              >
                Delete
              </Button>
            </div>
          </form>
        )}
        <p role="status" className={styles.said}>
          {said}
        </p>
      </div>
    </Dialog>
  )
}
