import { type KeyboardEvent, useRef, useState } from 'react'
import { toast } from '../../shared/lib/toasts'
import { useAppSelector } from '../../shared/store/hooks'
import { dialogShown } from '../../shared/store/layoutSlice'
import { Button } from '../../shared/ui/Button'
import type { PieceProps } from '../part'
import { NAME_CHARS_MAX, renameRoom } from './rename-room'
import styles from './room.module.css'

/** The room's name is a field in place for whoever may change it, and a door to the facts for others. */
export function RoomName({ room }: PieceProps) {
  const { id, name, owned } = useAppSelector((state) => state.room)
  const [naming, setNaming] = useState(false)

  const field = useRef<HTMLInputElement>(null)

  const keep = async (wanted: string) => {
    setNaming(false)
    if (wanted === '' || wanted === name) return
    const problem = await renameRoom(room, wanted)
    if (problem) toast(problem)
  }
  const key = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    if (event.nativeEvent.isComposing) return
    event.preventDefault()
    event.stopPropagation()
    // Leaving the field is what keeps a name, so Escape leaves the old one in it.
    if (event.key === 'Escape' && field.current) field.current.value = name
    room.editor?.focus()
  }
  if (naming) {
    return (
      <input
        className={styles.nameField}
        aria-label="Name of the room"
        // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was pressed
        autoFocus
        ref={field}
        defaultValue={name}
        maxLength={NAME_CHARS_MAX}
        autoComplete="off"
        spellCheck={false}
        onFocus={(event) => event.currentTarget.select()}
        onKeyDown={key}
        onBlur={(event) => void keep(event.currentTarget.value.trim())}
      />
    )
  }
  return (
    <h1 className={styles.name}>
      <Button
        look="quiet"
        className={styles.roomName}
        title={owned ? `${name || id}: rename` : `${name || id}: name and expiry`}
        onClick={() => {
          if (owned) setNaming(true)
          else room.store.dispatch(dialogShown('room'))
        }}
      >
        <span className={styles.nameText}>{name || id}</span>
      </Button>
    </h1>
  )
}
