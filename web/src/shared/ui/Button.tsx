import type { ComponentProps } from 'react'
import styles from './ui.module.css'

interface Props extends ComponentProps<'button'> {
  /** accent: the one primary action of the view · quiet: no border until it is wanted */
  look?: 'plain' | 'accent' | 'quiet'
  shape?: 'normal' | 'square' | 'large'
}

export function Button({ look = 'plain', shape = 'normal', className, ...rest }: Props) {
  const classes = [
    styles.button,
    look === 'plain' ? '' : styles[look],
    shape === 'normal' ? '' : styles[shape],
    className,
  ]
  return <button type="button" {...rest} className={classes.filter(Boolean).join(' ')} />
}
