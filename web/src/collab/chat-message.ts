import { isIndex, isRecord } from '../shared/lib/guard'

export interface ChatMessage {
  /** 1, 2, 3 … in the room. */
  n: number
  /** Milliseconds since 1970, by the server's clock. */
  at: number
  /** Who it is in the room's history; 0: a program beside the room. */
  author: number
  color: number
  name: string
  text: string
  /** The sender's own name for it. */
  ref: string
}

export interface ChatPage {
  /** The newest first. */
  messages: ChatMessage[]
  more: boolean
}

export function readChatMessage(raw: unknown): ChatMessage | null {
  if (!isRecord(raw) || !isIndex(raw.n) || !isIndex(raw.at) || !isIndex(raw.author)) return null
  if (typeof raw.text !== 'string' || typeof raw.name !== 'string') return null
  return {
    n: raw.n,
    at: raw.at,
    author: raw.author,
    color: isIndex(raw.color_index) ? raw.color_index : 0,
    name: raw.name,
    text: raw.text,
    ref: typeof raw.ref === 'string' ? raw.ref : '',
  }
}

export function readChatPage(raw: unknown): ChatPage | null {
  if (!isRecord(raw) || !Array.isArray(raw.messages)) return null
  const messages = raw.messages.map(readChatMessage).filter((message) => message !== null)
  return { messages, more: raw.more === true }
}
