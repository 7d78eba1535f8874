import { addressOf } from './base'

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

export function isRoomId(text: string): boolean {
  return ID.test(text)
}

/** The room id in what somebody pasted: an id, a link, or a link with text around it. */
export function parseRoomId(pasted: string): string | null {
  const text = pasted.trim()
  if (isRoomId(text)) return text
  const inLink = /\/r\/([A-Za-z0-9._-]{1,64})(?=$|[/?#\s])/.exec(text)
  const id = inLink?.[1]
  return id !== undefined && isRoomId(id) ? id : null
}

export function roomPath(id: string): string {
  return addressOf(`/r/${id}`)
}

export function roomLink(id: string): string {
  return new URL(roomPath(id), location.origin).href
}
