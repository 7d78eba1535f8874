import { COLOR_COUNT } from './person'

/** Carets and rings are drawn plain, dashed, double, dotted: thirty people are told apart. */
const ROUNDS = ['', ' second-round', ' third-round', ' fourth-round'] as const

/** Beyond eight people colours repeat, each time in another shape: colour is never the only mark. */
export function personClass(color: number): string {
  const round = Math.floor(color / COLOR_COUNT) % ROUNDS.length
  return `person-${color % COLOR_COUNT}${ROUNDS[round]}`
}
