import { COLOR_COUNT } from './person'

/** Beyond eight people colours repeat, and the caret is dashed: colour is never the only mark. */
export function personClass(color: number): string {
  return `person-${color % COLOR_COUNT}${color >= COLOR_COUNT ? ' second-round' : ''}`
}
