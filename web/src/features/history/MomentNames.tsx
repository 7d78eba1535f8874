import { type FormEvent, useState } from 'react'
import type { RoomHistory, Version } from '../../collab/history'
import { Button } from '../../shared/ui/Button'
import styles from './history.module.css'

const NAME_CHARS_MAX = 100

interface Props {
  history: RoomHistory
  /** Of the moment that is shown; null: none. */
  seq: number | null
  onGo: (seq: number) => void
  /** null: the server did not take it, and said why. */
  onName: (seq: number, name: string) => Promise<Version | null>
}

/** Moments that have a name, to go to; and a name for the one that is shown. */
export function MomentNames({ history, seq, onGo, onName }: Props) {
  const [name, setName] = useState('')
  const { versions } = history.overview
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const wanted = name.trim()
    if (seq === null || wanted === '') return
    const version = await onName(seq, wanted)
    if (!version) return
    history.named(version)
    setName('')
  }
  return (
    <div className={styles.names}>
      <form className={styles.naming} onSubmit={(event) => void submit(event)}>
        <input
          className={styles.nameField}
          value={name}
          maxLength={NAME_CHARS_MAX}
          aria-label="Name for this moment"
          placeholder="Name this moment"
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={seq === null || name.trim() === ''}>
          Save this moment
        </Button>
      </form>
      {versions.length > 0 && (
        <ul className={styles.versions} aria-label="Named moments">
          {versions.map((version) => (
            <li key={version.n}>
              <Button
                look="quiet"
                aria-current={version.seq === seq}
                onClick={() => onGo(version.seq)}
              >
                {version.name}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
