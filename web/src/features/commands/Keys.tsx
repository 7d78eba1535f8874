import { keyWords } from '../../shared/lib/command'
import styles from './commands.module.css'

export function Keys({ keys }: { keys: string }) {
  return (
    <span className={styles.keys}>
      {keyWords(keys).map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  )
}
