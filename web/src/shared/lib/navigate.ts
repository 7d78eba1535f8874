/** Two routes need no library: the address bar is the state, this event says it moved. */
export const NAVIGATED = 'tandem:navigated'

export function navigate(path: string): void {
  history.pushState(null, '', path)
  dispatchEvent(new Event(NAVIGATED))
}
