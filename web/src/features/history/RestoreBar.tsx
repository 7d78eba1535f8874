import { countLines } from '../../collab/line-difference'
import type { RestoreFile } from '../../collab/restore'
import { Button } from '../../shared/ui/Button'
import styles from './history.module.css'

interface Props {
  /** What restoring would change; more than one file gives a choice. */
  files: readonly RestoreFile[]
  shown: string
  /** Only the file that is shown is restored. */
  onlyShown: boolean
  onShow: (file: string) => void
  onOnlyShown: (only: boolean) => void
}

/** Files that differ from what they are now, by how many lines, and which of them are restored. */
export function RestoreBar({ files, shown, onlyShown, onShow, onOnlyShown }: Props) {
  if (files.length === 0) return null
  const differs = files.some(({ id }) => id === shown)
  return (
    <div className={styles.preview}>
      <p className={styles.legend}>Restoring changes</p>
      <ul className={styles.differing} aria-label="Files that differ from now">
        {files.map(({ id, name, gone, changes }) => {
          const { added, removed } = countLines(changes)
          return (
            <li key={id}>
              <Button look="quiet" aria-current={id === shown} onClick={() => onShow(id)}>
                {name}
                {gone && <span className={styles.count}>comes back</span>}
                {added > 0 && (
                  <span className={`${styles.count} ${styles.comes}`}>
                    +{added}
                    <span className="visually-hidden"> lines come back</span>
                  </span>
                )}
                {removed > 0 && (
                  <span className={`${styles.count} ${styles.goes}`}>
                    −{removed}
                    <span className="visually-hidden"> lines go</span>
                  </span>
                )}
              </Button>
            </li>
          )
        })}
      </ul>
      {files.length > 1 && (
        <fieldset className={styles.scope}>
          <legend className="visually-hidden">What is restored</legend>
          {[true, false].map((only) => (
            <Button
              key={String(only)}
              look="quiet"
              aria-pressed={(onlyShown && differs) === only}
              disabled={only && !differs}
              onClick={() => onOnlyShown(only)}
            >
              {only ? 'Only this file' : `All ${files.length} files`}
            </Button>
          ))}
        </fieldset>
      )}
    </div>
  )
}
