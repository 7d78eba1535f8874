import { expect, test } from 'vitest'
import type { Command } from '../../shared/lib/command'
import { findCommands } from './find'

const command = (label: string, group: Command['group'] = 'Room', words = ''): Command => {
  return { id: label, label, group, words, run: () => {} }
}

test('all words must be there; what begins with them comes first, the editor last', () => {
  const all = [
    command('Sort Lines Ascending', 'Editor'),
    command('Download all files as zip', 'Files', 'save'),
    command('Bring everyone to me'),
    command('All about this room'),
  ]
  const found = (query: string) => findCommands(all, query).map(({ label }) => label)
  expect(found('all')).toEqual(['All about this room', 'Download all files as zip'])
  expect(found('zip down')).toEqual(['Download all files as zip'])
  expect(found('save')).toEqual(['Download all files as zip'])
  expect(found('(')).toEqual([])
  expect(found('').at(-1)).toBe('Sort Lines Ascending')
})
