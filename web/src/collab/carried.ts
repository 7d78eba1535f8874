import type * as Y from 'yjs'
import type { ProviderState } from './provider'
import { writeAgain } from './write-again'

/** What this window wrote under a client id that turned out to be another's. */
export interface Carried {
  doc: Y.Doc
  /** Edits that are not saved. */
  waiting: number
}

/** Edits that are carried from one session of a window to the next: not saved until written again. */
export class CarriedOver {
  constructor(private carried: Carried | null) {}

  withWaiting(state: ProviderState): ProviderState {
    return this.carried ? { ...state, waiting: state.waiting + this.carried.waiting } : state
  }

  /** Once, when the room is here. Null: nothing was carried, or not any more. */
  writeInto(into: Y.Doc, mayWrite: boolean): { written: boolean; doc: Y.Doc } | null {
    if (!this.carried) return null
    const { doc } = this.carried
    this.carried = null
    try {
      if (mayWrite) writeAgain(doc, into)
      return { written: mayWrite, doc }
    } catch (error) {
      console.warn('Tandem: the edits could not be written again.', error)
      return { written: false, doc }
    }
  }
}
