import { expect, test } from 'vitest'
import { type Command, pressed } from '../../shared/lib/command'
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

test('keys fit exactly, on any layout', () => {
  const press = (init: Partial<KeyboardEvent>) => {
    const held = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
    return { key: '', code: '', ...held, ...init } as KeyboardEvent
  }
  expect(pressed('Ctrl+S', press({ key: 'ы', code: 'KeyS', ctrlKey: true }))).toBe(true)
  expect(pressed('Ctrl+S', press({ key: 's', code: 'KeyS', metaKey: true }))).toBe(true)
  expect(pressed('Ctrl+S', press({ key: 'S', code: 'KeyS', ctrlKey: true, shiftKey: true }))).toBe(
    false,
  )
  expect(pressed('?', press({ key: '?', code: 'Minus', shiftKey: true }))).toBe(true)
  expect(pressed('F1', press({ key: 'F1', code: 'F1' }))).toBe(true)
  expect(pressed('F1', press({ key: 'F1', code: 'F1', altKey: true }))).toBe(false)
})
