import { announce } from './announce'

/** Short notes above the footer: what happened, and perhaps one way to take it back. */
export interface Toast {
  id: number
  text: string
  action?: { label: string; run: () => void }
}

const SHOWN_MS = 5_000
const SHOWN_WITH_ACTION_MS = 10_000
const TOASTS_MAX = 3

let toasts: readonly Toast[] = []
let lastId = 0
const timers = new Map<number, ReturnType<typeof setTimeout>>()
const listeners = new Set<() => void>()

function set(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

/** Gives the number of the note, with which it may be dropped. */
export function toast(text: string, action?: Toast['action']): number {
  lastId += 1
  const note: Toast = action ? { id: lastId, text, action } : { id: lastId, text }
  for (const old of toasts.slice(0, Math.max(0, toasts.length + 1 - TOASTS_MAX))) dropToast(old.id)
  set([...toasts, note])
  announce(action ? `${text} ${action.label}?` : text)
  resumeToast(note)
  return note.id
}

export function dropToast(id: number): void {
  holdToast(id)
  set(toasts.filter((note) => note.id !== id))
}

/** While the pointer or the focus is on it, a note stays. */
export function holdToast(id: number): void {
  clearTimeout(timers.get(id))
  timers.delete(id)
}

export function resumeToast({ id, action }: Toast): void {
  holdToast(id)
  timers.set(
    id,
    setTimeout(() => dropToast(id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS),
  )
}

export function clearToasts(): void {
  for (const { id } of toasts) dropToast(id)
}

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const currentToasts = (): readonly Toast[] => toasts
