import * as decoding from 'lib0/decoding'

/** One update of the room's log. */
export interface HistoryRow {
  seq: number
  /** Number of who sent it; 0: the server, at the room's creation. */
  author: number
  /** Milliseconds since 1970. */
  at: number
  update: Uint8Array
}

/** A page of `GET /rooms/{id}/history/rows`; its form is in docs/format.md. Throws on malformed bytes. */
export function decodeRows(bytes: Uint8Array): HistoryRow[] {
  const decoder = decoding.createDecoder(bytes)
  const rows: HistoryRow[] = []
  while (decoding.hasContent(decoder)) {
    const seq = decoding.readVarUint(decoder)
    const author = decoding.readVarUint(decoder)
    const at = decoding.readVarUint(decoder)
    rows.push({ seq, author, at, update: decoding.readVarUint8Array(decoder) })
  }
  return rows
}
