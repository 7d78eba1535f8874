import type { Command } from '../../shared/lib/command'

/** Lower is better; null when a word is not there at all. */
function score(command: Command, words: readonly string[]): number | null {
  const label = command.label.toLowerCase()
  const all = `${label} ${command.group} ${command.words ?? ''}`.toLowerCase()
  let total = command.group === 'Editor' ? 3 : 0
  for (const word of words) {
    if (!all.includes(word)) return null
    if (label.startsWith(word)) total -= 2
    else if (!new RegExp(`\\b${word.replace(/[^\w]/g, '\\$&')}`).test(label)) total += 2
  }
  return total
}

/** The commands that have all the words, the likeliest first. */
export function findCommands(commands: readonly Command[], query: string): Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return commands
    .map((command, index) => ({ command, index, score: score(command, words) }))
    .filter((found) => found.score !== null)
    .sort((a, b) => (a.score ?? 0) - (b.score ?? 0) || a.index - b.index)
    .map(({ command }) => command)
}
