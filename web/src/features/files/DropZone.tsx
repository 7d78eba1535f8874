import { useEffect, useState } from 'react'
import type { Session } from '../../collab/session'
import { toast } from '../../shared/lib/toasts'
import { Icon } from '../../shared/ui/Icon'
import { addFiles } from './file-actions'
import styles from './files.module.css'
import { droppedFiles } from './take-files'

interface Props {
  session: Session
  readOnly: boolean
}

const brings = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true

/** Files dropped anywhere on the room become its files. */
export function DropZone({ session, readOnly }: Props) {
  const [over, setOver] = useState(false)

  useEffect(() => {
    let depth = 0
    const enter = (event: DragEvent) => {
      if (!brings(event)) return
      depth += 1
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (!brings(event)) return
      depth -= 1
      if (depth <= 0) setOver(false)
    }
    const drag = (event: DragEvent) => {
      if (!brings(event)) return
      // Otherwise the browser would leave the page for the file.
      event.preventDefault()
      event.stopPropagation()
    }
    const drop = (event: DragEvent) => {
      if (!brings(event) || !event.dataTransfer) return
      drag(event)
      depth = 0
      setOver(false)
      if (readOnly) toast('You can only read here, so nothing was added.')
      else void droppedFiles(event.dataTransfer).then((files) => addFiles(session, files))
    }
    // Before the editor sees it: it would put the name of the file into the text.
    addEventListener('dragenter', enter, true)
    addEventListener('dragleave', leave, true)
    addEventListener('dragover', drag, true)
    addEventListener('drop', drop, true)
    return () => {
      removeEventListener('dragenter', enter, true)
      removeEventListener('dragleave', leave, true)
      removeEventListener('dragover', drag, true)
      removeEventListener('drop', drop, true)
    }
  }, [session, readOnly])

  if (!over) return null
  return (
    <div className={styles.drop}>
      <p>
        <Icon name={readOnly ? 'eye' : 'upload'} />
        <span>{readOnly ? 'You can only read here' : 'Drop to add to this room'}</span>
        {!readOnly && (
          <span className={styles.dropMore}>Files and folders of text, for everyone here</span>
        )}
      </p>
    </div>
  )
}
