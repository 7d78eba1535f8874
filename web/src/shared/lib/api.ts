import { addressOf } from './base'
import { isRecord } from './guard'
import { twoWords } from './room-words'
import { readStored, writeStored } from './storage'

export interface RoomInfo {
  id: string
  name: string
  /** When the room goes if nobody uses it; null is never. */
  expiresAt: string | null
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

const roomPath = (id: string): string => `/rooms/${encodeURIComponent(id)}`

async function call(path: string, init: RequestInit): Promise<Result<unknown>> {
  let response: Response
  try {
    response = await fetch(addressOf(path), { credentials: 'same-origin', ...init })
  } catch {
    return { ok: false, status: 0, message: 'The server does not answer. Try again in a moment.' }
  }
  const body: unknown = await response.json().catch(() => null)
  if (response.ok) return { ok: true, value: body }
  const fallback = `The server answered with ${response.status}.`
  return { ok: false, status: response.status, message: errorText(body, fallback) }
}

/** Does the server itself answer, and not something before it? */
export async function serverAnswers(): Promise<boolean> {
  try {
    const response = await fetch(addressOf('/healthz'), { cache: 'no-store' })
    return response.ok && isRecord(await response.json())
  } catch {
    return false
  }
}

function readRoom(body: unknown): RoomInfo | null {
  if (!isRecord(body) || typeof body.room_id !== 'string') return null
  return {
    id: body.room_id,
    name: typeof body.name === 'string' ? body.name : '',
    expiresAt: typeof body.expires_at === 'string' ? body.expires_at : null,
  }
}

const UNREADABLE = { ok: false, status: 0, message: 'The answer makes no sense.' } as const

const JSON_TYPE = { 'content-type': 'application/json' }

/** What renames and deletes a room; only the browser that made the room has it. */
export function ownerKey(id: string): string | null {
  return readStored(`owner.${id}`)
}

function asOwner(id: string): Record<string, string> {
  return { authorization: `Bearer ${ownerKey(id) ?? ''}` }
}

/** Without an id the server makes one that nobody guesses. Its name can be said aloud. */
export async function createRoom(id?: string): Promise<Result<RoomInfo>> {
  const name = twoWords()
  const body = JSON.stringify(id === undefined ? { name } : { room_id: id, name })
  const answer = await call('/rooms/', { method: 'POST', headers: JSON_TYPE, body })
  if (!answer.ok) return answer
  const room = readRoom(answer.value)
  if (!room) return UNREADABLE
  // Shown once by the server: without accounts this is what makes the creator the owner.
  if (isRecord(answer.value) && typeof answer.value.owner_key === 'string') {
    writeStored(`owner.${room.id}`, answer.value.owner_key)
  }
  return { ok: true, value: room }
}

/** Days without use after which the room goes; 0 is never. */
export async function changeRoom(
  id: string,
  change: { name?: string; expires_in_days?: number },
): Promise<Result<RoomInfo>> {
  const headers = { ...JSON_TYPE, ...asOwner(id) }
  const body = JSON.stringify(change)
  const answer = await call(roomPath(id), { method: 'PATCH', headers, body })
  if (!answer.ok) return answer
  const room = readRoom(answer.value)
  return room ? { ok: true, value: room } : UNREADABLE
}

/** A page of chat as the server gives it; null: it could not be had. */
export async function loadChatPage(id: string, before?: number): Promise<unknown> {
  const query = before === undefined ? '' : `?before=${before}`
  const answer = await call(`${roomPath(id)}/chat${query}`, { method: 'GET' })
  return answer.ok ? answer.value : null
}

/** Authors and named moments as the server gives them; null: they could not be had. */
export async function loadHistoryOverview(id: string): Promise<unknown> {
  const answer = await call(`${roomPath(id)}/history`, { method: 'GET' })
  return answer.ok ? answer.value : null
}

/** A page of updates behind row `after`; null: it could not be had. */
export async function loadHistoryRows(
  id: string,
  after: number,
): Promise<{ bytes: Uint8Array; more: boolean } | null> {
  try {
    const response = await fetch(`${roomPath(id)}/history/rows?after=${after}`)
    if (!response.ok) return null
    const bytes = new Uint8Array(await response.arrayBuffer())
    return { bytes, more: response.headers.get('tandem-more') === 'true' }
  } catch {
    return null
  }
}

/** Gives the moment after row `seq` a name. */
export async function nameMoment(id: string, seq: number, name: string): Promise<Result<unknown>> {
  const body = JSON.stringify({ name, seq })
  return call(`${roomPath(id)}/versions`, { method: 'POST', headers: JSON_TYPE, body })
}

export async function deleteRoom(id: string): Promise<Result<null>> {
  const answer = await call(roomPath(id), { method: 'DELETE', headers: asOwner(id) })
  if (!answer.ok) return answer
  writeStored(`owner.${id}`, null)
  return { ok: true, value: null }
}

export async function lookUpRoom(id: string): Promise<Result<RoomInfo>> {
  const answer = await call(roomPath(id), { method: 'GET' })
  if (!answer.ok) return answer
  const room = readRoom(answer.value)
  return room ? { ok: true, value: room } : UNREADABLE
}
