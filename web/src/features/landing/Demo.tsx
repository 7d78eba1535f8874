import { type CSSProperties, type ReactNode, useState } from 'react'
import { SYNTAX } from '../../shared/monaco/themes'
import { isDark } from '../../shared/store/editorSlice'
import { useAppSelector } from '../../shared/store/hooks'
import { Icon } from '../../shared/ui/Icon'
import styles from './Demo.module.css'
import clock from './DemoClock.module.css'

/** Colours of words in code; people are numbers of the palette. */
type Word = 'keyword' | 'function' | 'builtin' | 'parameter' | 'string'
const ADA = 'person-1'
const BO = 'person-0'
const CLEO = 'person-2'

/** The product in three seconds: two carets write one function in a small room. CSS only. */
export function Demo() {
  const dark = useAppSelector((state) => isDark(state.editor.theme))
  const [paused, setPaused] = useState(false)
  const colors = Object.entries(SYNTAX[dark ? 'dark' : 'light'])
  const style = Object.fromEntries(colors.map(([word, hex]) => [`--${word}`, `#${hex}`]))
  return (
    <figure
      translate="no"
      className={`${styles.demo} ${paused ? styles.paused : ''}`}
      style={style as CSSProperties}
      aria-label="A room in which Ada and Bo write a function together"
    >
      <div className={styles.top} aria-hidden="true">
        <span className={styles.room}>quiet otter</span>
        <span className={styles.saved}>Saved</span>
        <span className={styles.faces}>
          <Face person={ADA} letter="A" />
          <Face person={BO} letter="B" />
          <Face person={CLEO} letter="C" />
        </span>
      </div>
      <Code />
      <p className={`${styles.chat} ${CLEO}`} aria-hidden="true">
        <b>Cleo</b> Nice. Shall we greet Ada, too?
      </p>
      <div className={styles.foot}>
        <button
          type="button"
          className={styles.pause}
          aria-label={paused ? 'Play the animation' : 'Pause the animation'}
          title={paused ? 'Play' : 'Pause'}
          onClick={() => setPaused(!paused)}
        >
          <Icon name={paused ? 'play' : 'pause'} />
        </button>
        <span className={styles.track} aria-hidden="true">
          <span className={`${styles.wrote} ${styles.t1} ${ADA}`} />
          <span className={`${styles.wrote} ${styles.t2} ${BO}`} />
          <span className={`${styles.wrote} ${styles.t3} ${ADA}`} />
          <span className={styles.rail}>
            <span className={styles.head} />
          </span>
        </span>
      </div>
    </figure>
  )
}

function Face({ person, letter }: { person: string; letter: string }) {
  return <span className={`${styles.face} ${person}`}>{letter}</span>
}

const In = ({ kind, children }: { kind: Word; children: ReactNode }) => (
  <span style={{ color: `var(--${kind})` }}>{children}</span>
)

function Code() {
  return (
    <div className={styles.code} aria-hidden="true">
      <Line number={1}>
        <span className={`${styles.typed} ${clock.a1}`}>
          <In kind="keyword">def</In> <In kind="function">greet</In>(<In kind="parameter">names</In>
          ):
        </span>
        <Caret person={ADA} at="ca1" name="Ada" />
      </Line>
      <Line number={2}>
        <span className={`${styles.typed} ${clock.b1}`}>
          {'    '}
          <In kind="keyword">for</In> name <In kind="keyword">in</In> names:
        </span>
        <Caret person={BO} at="cb1" name="Bo" />
      </Line>
      <Line number={3}>
        <span className={`${styles.typed} ${clock.b2}`}>
          {'        '}
          <In kind="builtin">print</In>(<In kind="string">f"Hello, </In>
          {'{name}'}
          <In kind="string">"</In>)
        </span>
        <Caret person={BO} at="cb2" name="Bo" />
      </Line>
      <Line number={4} />
      <Line number={5}>
        <span className={`${styles.typed} ${clock.a2}`}>
          <In kind="function">greet</In>([<In kind="string">"Grace"</In>,{' '}
          <In kind="string">"Guido"</In>])
        </span>
        <Caret person={ADA} at="ca2" name="Ada" />
      </Line>
    </div>
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
  person: string
  at: 'ca1' | 'ca2' | 'cb1' | 'cb2'
  name: string
}

/** The name stands behind the caret, where no code is. */
function Caret({ person, at, name }: CaretProps) {
  return (
    <span className={`${styles.caret} ${clock[at]} ${person}`}>
      <span className={styles.tag}>{name}</span>
    </span>
  )
}
