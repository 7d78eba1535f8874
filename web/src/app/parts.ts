import { chat } from '../features/chat/part'
import { commands } from '../features/commands/part'
import { editor } from '../features/editor/part'
import { files } from '../features/files/part'
import { history } from '../features/history/part'
import type { Part } from '../features/part'
import { presence } from '../features/presence/part'
import { roomFacts } from '../features/room/part'
import { settings } from '../features/settings/part'
import { share } from '../features/share/part'
import { status } from '../features/status/part'

/** One line a feature. Tabs, tools and all that stands in a row come in this order. */
export const PARTS: readonly Part[] = [
  editor,
  files,
  status,
  commands,
  history,
  settings,
  presence,
  chat,
  roomFacts,
  share,
]

/** What the parts need first: the editor, above all. */
export function fetchEarly(): void {
  for (const { early } of PARTS) void early?.()
}
