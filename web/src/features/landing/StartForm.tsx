import { type SubmitEvent, useState } from 'react'
import { createRoom } from '../../shared/lib/api'
import { navigate } from '../../shared/lib/navigate'
import { NAME_LENGTH_MAX, rememberedName, rememberName } from '../../shared/lib/person'
import { parseRoomId, roomPath } from '../../shared/lib/room-id'
import { Button } from '../../shared/ui/Button'
import ui from '../../shared/ui/ui.module.css'
import styles from './Landing.module.css'

export function StartForm() {
  const [name, setName] = useState(rememberedName)
  const [target, setTarget] = useState('')
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)

  const create = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    setError('')
    const answer = await createRoom()
    setBusy(false)
    if (answer.ok) navigate(roomPath(answer.value.id))
    else setError(answer.message)
  }

  const join = (event: SubmitEvent) => {
    event.preventDefault()
    const id = parseRoomId(target)
    if (id) navigate(roomPath(id))
    else setError('That is not a room id or a link to a room.')
  }

  return (
    <div className={styles.form}>
      <form className={styles.create} onSubmit={create}>
        <label className={styles.label}>
          Your name
          <input
            className={ui.field}
            name="name"
            value={name}
            maxLength={NAME_LENGTH_MAX}
            placeholder="Guest"
            autoComplete="nickname"
            spellCheck={false}
            onChange={(event) => {
              setName(event.currentTarget.value)
              rememberName(event.currentTarget.value)
            }}
          />
        </label>
        <Button type="submit" look="accent" shape="large" disabled={busy}>
          {busy ? 'Opening…' : 'New room'}
        </Button>
      </form>
      <form className={styles.join} onSubmit={join}>
        <input
          className={ui.field}
          name="room"
          aria-label="Room id or link"
          aria-invalid={error !== ''}
          aria-describedby="start-error"
          placeholder="Room id or link"
          value={target}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setTarget(event.currentTarget.value)
            setError('')
          }}
        />
        <Button type="submit" shape="large" disabled={target.trim() === ''}>
          Join
        </Button>
      </form>
      <p id="start-error" className={styles.error} role="alert">
        {error}
      </p>
    </div>
  )
}
