import { isRecord } from './guard'
import { writeStored } from './storage'

export interface RoomInfo {
  id: string
  name: string
}

export type Result<T> = { ok: true; value: T } | { ok: false; status: number; message: string }

/** The server's sentence about what is wrong: our own errors, or FastAPI's list of details. */
export function errorText(body: unknown, fallback: string): string {
  if (!isRecord(body)) return fallback
  const detail = body.detail
  if (typeof detail === 'string') return detail
  if (Array.isArray(detail) && isRecord(detail[0]) && typeof detail[0].msg === 'string') {
    return detail[0].msg
  }
  return fallback
}

async function call(path: string, init: RequestInit): Promise<Result<unknown>> {
  let response: Response
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init })
  } catch {
    return { ok: false, status: 0, message: 'The server does not answer. Try again in a moment.' }
  }
  const body: unknown = await response.json().catch(() => null)
  if (response.ok) return { ok: true, value: body }
  const fallback = `The server answered with ${response.status}.`
  return { ok: false, status: response.status, message: errorText(body, fallback) }
}

function readRoom(body: unknown): RoomInfo | null {
  if (!isRecord(body) || typeof body.room_id !== 'string') return null
  return { id: body.room_id, name: typeof body.name === 'string' ? body.name : '' }
}

const UNREADABLE = { ok: false, status: 0, message: 'The answer makes no sense.' } as const

export async function createRoom(): Promise<Result<RoomInfo>> {
  const headers = { 'content-type': 'application/json' }
  const answer = await call('/rooms/', { method: 'POST', headers, body: '{}' })
  if (!answer.ok) return answer
  const room = readRoom(answer.value)
  if (!room) return UNREADABLE
  // Shown once by the server: without accounts this is what makes the creator the owner.
  if (isRecord(answer.value) && typeof answer.value.owner_key === 'string') {
    writeStored(`owner.${room.id}`, answer.value.owner_key)
  }
  return { ok: true, value: room }
}

export async function lookUpRoom(id: string): Promise<Result<RoomInfo>> {
  const answer = await call(`/rooms/${encodeURIComponent(id)}`, { method: 'GET' })
  if (!answer.ok) return answer
  const room = readRoom(answer.value)
  return room ? { ok: true, value: room } : UNREADABLE
}
