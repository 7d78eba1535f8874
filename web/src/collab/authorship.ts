import * as Y from 'yjs'
import type { HistoryRow } from './history-rows'

export interface Written {
  author: number
  at: number
}

interface Span extends Written {
  clock: number
}

/** Who wrote each item of a document, and when: read off the rows that brought it. */
export class Authorship {
  private readonly writers = new Map<number, { spans: Span[]; end: number }>()

  add(rows: readonly HistoryRow[]): void {
    for (const { author, at, update } of rows) {
      for (const struct of Y.decodeUpdate(update).structs) {
        const { client, clock } = struct.id
        const writer = this.writers.get(client) ?? { spans: [], end: 0 }
        this.writers.set(client, writer)
        // A row may repeat what an earlier one brought: who brought it first wrote it.
        const from = Math.max(clock, writer.end)
        const end = clock + struct.length
        if (end <= from) continue
        writer.spans.push({ clock: from, author, at })
        writer.end = end
      }
    }
  }

  of(client: number, clock: number): Written | null {
    const writer = this.writers.get(client)
    if (!writer || clock >= writer.end) return null
    let low = 0
    let high = writer.spans.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((writer.spans[middle]?.clock ?? 0) <= clock) low = middle + 1
      else high = middle
    }
    return writer.spans[low - 1] ?? null
  }

  /** The latest writing between two offsets (UTF-16 units) of a text: what made the line what it is. */
  latest(text: Y.Text, from: number, to: number): Written | null {
    let latest: Written | null = null
    let offset = 0
    for (let item = text._start; item !== null && offset < to; item = item.right) {
      if (item.deleted || !item.countable) continue
      const end = offset + item.length
      for (let at = Math.max(offset, from); at < Math.min(end, to); at++) {
        const written = this.of(item.id.client, item.id.clock + at - offset)
        if (written && (!latest || written.at > latest.at)) latest = written
      }
      offset = end
    }
    return latest
  }
}
