/** localStorage that may be forbidden, full, or written by an older version of us. */
const PREFIX = 'tandem.'

export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key)
  } catch {
    return null
  }
}

export function writeStored(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key)
    else localStorage.setItem(PREFIX + key, value)
  } catch {
    // A page that cannot remember still works.
  }
}

export function readStoredJson(key: string): unknown {
  const raw = readStored(key)
  if (raw === null) return null
  try {
    return JSON.parse(raw)
  } catch {
    return null
  }
}
