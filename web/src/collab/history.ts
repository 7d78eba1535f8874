import { Emitter } from '../shared/lib/emitter'
import { isIndex, isRecord } from '../shared/lib/guard'
import { Authorship } from './authorship'
import type { HistoryRow } from './history-rows'
import { Timeline } from './timeline'

export interface Author {
  name: string
  color: number
}

/** A moment that got a name: the room after row `seq`. */
export interface Version {
  n: number
  seq: number
  at: number
  name: string
}

export interface Overview {
  authors: ReadonlyMap<number, Author>
  versions: Version[]
  lastSeq: number
}

export interface HistoryPort {
  overview: () => Promise<Overview | null>
  /** Rows behind `after`; null: they could not be had. */
  rows: (after: number) => Promise<{ rows: HistoryRow[]; more: boolean } | null>
}

export function readVersion(raw: unknown): Version | null {
  if (!isRecord(raw) || !isIndex(raw.n) || !isIndex(raw.seq) || !isIndex(raw.at)) return null
  return { n: raw.n, seq: raw.seq, at: raw.at, name: typeof raw.name === 'string' ? raw.name : '' }
}

export function readOverview(raw: unknown): Overview | null {
  if (!isRecord(raw) || !Array.isArray(raw.authors) || !Array.isArray(raw.versions)) return null
  const authors = new Map<number, Author>()
  for (const one of raw.authors) {
    if (!isRecord(one) || !isIndex(one.author) || typeof one.name !== 'string') continue
    authors.set(one.author, {
      name: one.name,
      color: isIndex(one.color_index) ? one.color_index : 0,
    })
  }
  const versions = raw.versions.map(readVersion).filter((version) => version !== null)
  return { authors, versions, lastSeq: isIndex(raw.last_seq) ? raw.last_seq : 0 }
}

const SLICE_ROWS = 400

/** Lets the page paint and take keys between two slices of work. */
const breathe = () => new Promise<void>((resolve) => setTimeout(resolve, 0))

/** A room's history, fetched when somebody asks for it, and on from there when they ask again. */
export class RoomHistory extends Emitter<{ changed: undefined }> {
  readonly timeline = new Timeline()
  readonly authorship = new Authorship()
  overview: Overview = { authors: new Map(), versions: [], lastSeq: 0 }
  /** When all of it was here, by this machine's clock; 0: never yet. */
  loadedAt = 0
  private readonly port: HistoryPort
  private loading: Promise<boolean> | null = null

  constructor(port: HistoryPort) {
    super()
    this.port = port
  }

  /** Part that is here, 0 to 1. */
  get progress(): number {
    const { lastSeq } = this.overview
    return lastSeq === 0 ? 0 : Math.min(1, this.timeline.lastSeq / lastSeq)
  }

  author(number: number): Author {
    const fallback = { name: number === 0 ? 'Template' : 'Somebody', color: 0 }
    return this.overview.authors.get(number) ?? fallback
  }

  /** Fetches what is new. false: not all of it could be had. */
  load(): Promise<boolean> {
    this.loading ??= this.fetchAll().finally(() => {
      this.loading = null
    })
    return this.loading
  }

  /** A moment got a name, here or elsewhere. */
  named(version: Version): void {
    const others = this.overview.versions.filter(({ n }) => n !== version.n)
    this.overview = { ...this.overview, versions: [...others, version].sort((a, b) => a.n - b.n) }
    this.emit('changed', undefined)
  }

  private async fetchAll(): Promise<boolean> {
    const overview = await this.port.overview()
    if (!overview) return false
    this.overview = overview
    this.emit('changed', undefined)
    for (;;) {
      const page = await this.port.rows(this.timeline.lastSeq)
      if (!page) return false
      for (let i = 0; i < page.rows.length; i += SLICE_ROWS) {
        const slice = page.rows.slice(i, i + SLICE_ROWS)
        this.timeline.add(slice)
        this.authorship.add(slice)
        this.emit('changed', undefined)
        await breathe()
      }
      if (page.more && page.rows.length > 0) continue
      this.loadedAt = Date.now()
      return true
    }
  }
}
