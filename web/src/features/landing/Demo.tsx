import type { ReactNode } from 'react'
import styles from './Demo.module.css'

/** The product in three seconds: two carets write one function. CSS only; still when asked to be. */
export function Demo() {
  return (
    <figure className={styles.demo} aria-label="Ada and Bo write a function together">
      <div className={styles.code} aria-hidden="true" translate="no">
        <Line number={1}>
          <span className={`${styles.typed} ${styles.a1}`}>def greet(names):</span>
          <Caret who="a" at="ca1" name="Ada" />
        </Line>
        <Line number={2}>
          <span className={`${styles.typed} ${styles.b1}`}>{'    for name in names:'}</span>
          <Caret who="b" at="cb1" name="Bo" />
        </Line>
        <Line number={3}>
          <span className={`${styles.typed} ${styles.b2}`}>
            {'        print(f"Hello, {name}")'}
          </span>
          <Caret who="b" at="cb2" name="Bo" />
        </Line>
        <Line number={4} />
        <Line number={5}>
          <span className={`${styles.typed} ${styles.a2}`}>{'greet(["Grace", "Guido"])'}</span>
          <Caret who="a" at="ca2" name="Ada" />
        </Line>
      </div>
    </figure>
  )
}

function Line({ number, children }: { number: number; children?: ReactNode }) {
  return (
    <div className={styles.line}>
      <span className={styles.number}>{number}</span>
      {children}
    </div>
  )
}

interface CaretProps {
  who: 'a' | 'b'
  at: 'ca1' | 'ca2' | 'cb1' | 'cb2'
  name: string
}

function Caret({ who, at, name }: CaretProps) {
  const person = who === 'a' ? 'person-1' : 'person-0'
  return (
    <span className={`${styles.caret} ${styles[at]} ${person}`}>
      <span className={styles.tag}>{name}</span>
    </span>
  )
}
