import type { ReactNode } from 'react'
import styles from './Bar.module.css'

interface Props {
  title?: string
  text: string
  /** Something that is so, not something that is wrong. */
  calm?: boolean
  urgent?: boolean
  /** What can be done about it. */
  children?: ReactNode
}

/** A thin line above the text, which stays readable below it. */
export function Bar({ title, text, calm = false, urgent = false, children }: Props) {
  return (
    <div className={`${styles.bar} ${calm ? styles.calm : ''}`} role={urgent ? 'alert' : 'status'}>
      {/* Other words are another paragraph: a translator may have taken these apart. */}
      <p key={`${title} ${text}`} translate="yes">
        {title && <strong>{title}</strong>} {text}
      </p>
      {children}
    </div>
  )
}
