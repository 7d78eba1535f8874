import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { Awareness } from 'y-protocols/awareness'
import { encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { isIndex, isRecord } from '../shared/lib/guard'
import { type ChatMessage, readChatMessage } from './chat-message'
import { readVersion, type Version } from './history'

/** Message types of the y-websocket protocol, and ours of the subprotocol tandem.v1. */
export const SUBPROTOCOL = 'tandem.v1'
/** Before the secret that makes this browser one author; an address would end in logs. */
export const PERSON_SUBPROTOCOL = 'tandem.person.'
export const TYPE_SYNC = 0
export const TYPE_AWARENESS = 1
export const TYPE_AUTH = 2
export const TYPE_QUERY_AWARENESS = 3
export const TYPE_ACK = 120
export const TYPE_EVENT = 121

const SYNC_STEP_1 = 0
const SYNC_STEP_2 = 1
const SYNC_UPDATE = 2

export type Message =
  | { kind: 'step1'; stateVector: Uint8Array }
  | { kind: 'step2'; update: Uint8Array }
  | { kind: 'update'; update: Uint8Array }
  | { kind: 'awareness'; update: Uint8Array }
  | { kind: 'denied'; reason: string }
  | { kind: 'queryAwareness' }
  | { kind: 'ack'; frames: number }
  | { kind: 'event'; event: RoomEvent }
  | { kind: 'unknown' }

/** Windows of one person have one author; null where the server tells none. */
export interface RoomMember {
  session: number
  name: string
  color: number
  role: string
  author: number | null
}

export interface Hello {
  type: 'hello'
  epoch: string
  role: string
  /** This connection among the members; null where the server numbers none. */
  session: number | null
  name: string
  color: number | null
  roomName: string
  members: RoomMember[]
  limits: Readonly<Record<string, number>>
}

/** What the server tells beside the text. Types we do not know are kept, and ignored above. */
export type RoomEvent =
  | Hello
  | { type: 'renamed'; name: string }
  | { type: 'roleChanged'; session: number | null; role: string }
  | { type: 'memberJoined'; member: RoomMember }
  | { type: 'memberLeft'; session: number }
  | { type: 'notice'; code: string; message: string }
  | { type: 'error'; code: string; reason: string; message: string }
  | { type: 'chat'; message: ChatMessage }
  | { type: 'versionAdded'; version: Version }
  | { type: 'other' }

/** Throws on malformed bytes; never returns half a message. */
export function decodeMessage(bytes: Uint8Array): Message {
  const decoder = decoding.createDecoder(bytes)
  const type = decoding.readVarUint(decoder)
  switch (type) {
    case TYPE_SYNC: {
      const step = decoding.readVarUint(decoder)
      const payload = decoding.readVarUint8Array(decoder)
      if (step === SYNC_STEP_1) return { kind: 'step1', stateVector: payload }
      if (step === SYNC_STEP_2) return { kind: 'step2', update: payload }
      if (step === SYNC_UPDATE) return { kind: 'update', update: payload }
      return { kind: 'unknown' }
    }
    case TYPE_AWARENESS:
      return { kind: 'awareness', update: decoding.readVarUint8Array(decoder) }
    case TYPE_AUTH:
      decoding.readVarUint(decoder)
      return { kind: 'denied', reason: decoding.readVarString(decoder) }
    case TYPE_QUERY_AWARENESS:
      return { kind: 'queryAwareness' }
    case TYPE_ACK:
      return { kind: 'ack', frames: decoding.readVarUint(decoder) }
    case TYPE_EVENT:
      return { kind: 'event', event: readEvent(JSON.parse(decoding.readVarString(decoder))) }
    default:
      return { kind: 'unknown' }
  }
}

const index = (value: unknown) => (isIndex(value) ? value : null)
const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 500) : '')

function readMember(raw: unknown): RoomMember | null {
  if (!isRecord(raw) || !isIndex(raw.session)) return null
  return {
    session: raw.session,
    name: text(raw.name),
    color: index(raw.color_index) ?? 0,
    role: text(raw.role),
    author: index(raw.author),
  }
}

function readHello(raw: Record<string, unknown>): Hello {
  const room = isRecord(raw.room) ? raw.room : {}
  const limits = Object.entries(isRecord(raw.limits) ? raw.limits : {})
  const members = Array.isArray(raw.members) ? raw.members : []
  return {
    type: 'hello',
    epoch: text(raw.epoch),
    role: text(raw.role),
    session: index(raw.session),
    name: text(raw.name),
    color: index(raw.color_index) ?? index(raw.color),
    roomName: text(room.name),
    members: members.map(readMember).filter((member) => member !== null),
    limits: Object.fromEntries(
      limits.filter((limit): limit is [string, number] => isIndex(limit[1])),
    ),
  }
}

export function readEvent(raw: unknown): RoomEvent {
  if (!isRecord(raw) || typeof raw.type !== 'string') return { type: 'other' }
  switch (raw.type) {
    case 'hello':
      return readHello(raw)
    case 'member_joined': {
      const member = readMember(raw.member)
      return member ? { type: 'memberJoined', member } : { type: 'other' }
    }
    case 'member_left':
      return isIndex(raw.session) ? { type: 'memberLeft', session: raw.session } : { type: 'other' }
    case 'renamed':
    case 'room_renamed':
      return { type: 'renamed', name: text(raw.name) }
    case 'role_changed':
      return { type: 'roleChanged', session: index(raw.session), role: text(raw.role) }
    case 'notice':
      return { type: 'notice', code: text(raw.code), message: text(raw.message) }
    case 'error':
      return {
        type: 'error',
        code: text(raw.code),
        reason: text(raw.reason),
        message: text(raw.message ?? raw.detail),
      }
    case 'chat': {
      const message = readChatMessage(raw.message)
      return message ? { type: 'chat', message } : { type: 'other' }
    }
    case 'version_added': {
      const version = readVersion(raw.version)
      return version ? { type: 'versionAdded', version } : { type: 'other' }
    }
    default:
      return { type: 'other' }
  }
}

function frame(type: number, write: (encoder: encoding.Encoder) => void): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, type)
  write(encoder)
  return encoding.toUint8Array(encoder) as Uint8Array<ArrayBuffer>
}

function sync(step: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame(TYPE_SYNC, (encoder) => {
    encoding.writeVarUint(encoder, step)
    encoding.writeVarUint8Array(encoder, payload)
  })
}

export function encodeStep1(doc: Y.Doc): Uint8Array<ArrayBuffer> {
  return sync(SYNC_STEP_1, Y.encodeStateVector(doc))
}

export function encodeStep2(doc: Y.Doc, stateVector: Uint8Array): Uint8Array<ArrayBuffer> {
  return sync(SYNC_STEP_2, Y.encodeStateAsUpdate(doc, stateVector))
}

export function encodeUpdate(update: Uint8Array): Uint8Array<ArrayBuffer> {
  return sync(SYNC_UPDATE, update)
}

export function encodeEvent(event: { type: string }): Uint8Array<ArrayBuffer> {
  return frame(TYPE_EVENT, (encoder) => encoding.writeVarString(encoder, JSON.stringify(event)))
}

export function encodeAwareness(awareness: Awareness): Uint8Array<ArrayBuffer> {
  const update = encodeAwarenessUpdate(awareness, [awareness.clientID])
  return frame(TYPE_AWARENESS, (encoder) => encoding.writeVarUint8Array(encoder, update))
}
