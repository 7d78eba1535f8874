/** Answers to something that was said, not to something that was written. */
export const CHAT_ERRORS: ReadonlySet<string> = new Set([
  'chat_bytes',
  'chat_per_minute',
  'chat_not_stored',
  'event_bytes',
])

/** Another writer used this window's client id: what it wrote since cannot be merged any more. */
export const IDENTITY_ERRORS: ReadonlySet<string> = new Set([
  'client_id_conflict',
  'client_id_lease',
])
