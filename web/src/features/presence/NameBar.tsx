import { type SubmitEvent, useState } from 'react'
import { cleanName, NAME_LENGTH_MAX, rememberedName, rememberName } from '../../shared/lib/person'
import { useAppSelector } from '../../shared/store/hooks'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { PieceProps } from '../part'
import styles from './presence.module.css'

/** Asks who comes by a link for a name, in one line. Nobody has to answer, and typing goes on. */
export function NameBar({ room }: PieceProps) {
  const ready = useAppSelector((state) => state.room.ready && state.room.problem === null)
  const [asking, setAsking] = useState(() => rememberedName() === '')
  const [name, setName] = useState('')
  if (!asking || !ready) return null

  const end = () => {
    setAsking(false)
    room.editor?.focus()
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const wanted = cleanName(name)
    if (wanted === '') return
    rememberName(wanted)
    room.session.rename(wanted)
    end()
  }
  return (
    <form className={styles.nameBar} onSubmit={submit} aria-label="Your name">
      <label htmlFor="join-name">Others see you as Guest.</label>
      <input
        id="join-name"
        className={styles.joinName}
        value={name}
        maxLength={NAME_LENGTH_MAX}
        placeholder="Your name"
        autoComplete="nickname"
        spellCheck={false}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && end()}
      />
      <Button type="submit" disabled={cleanName(name) === ''}>
        Use this name
      </Button>
      <Button look="quiet" shape="square" aria-label="Stay Guest" title="Stay Guest" onClick={end}>
        <Icon name="close" />
      </Button>
    </form>
  )
}
