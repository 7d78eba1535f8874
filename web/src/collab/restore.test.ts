import { expect, test } from 'vitest'
import * as Y from 'yjs'
import type { HistoryRow } from './history-rows'
import { restoreMoment } from './restore'
import { Timeline } from './timeline'

test('restoring is one new edit, and deletes nothing of the history', () => {
  const doc = new Y.Doc()
  const rows: HistoryRow[] = []
  doc.on('update', (update: Uint8Array) => {
    rows.push({ seq: rows.length + 1, author: 1, at: rows.length, update })
  })
  const files = doc.getMap('files')
  files.set('main', { name: 'main.py', language: 'python' })
  files.set('two', { name: 'two.py', language: 'python' })
  doc.getText('file:main').insert(0, 'first\n')
  doc.getText('file:two').insert(0, 'kept')
  const timeline = new Timeline()
  timeline.add(rows)
  const then = timeline.moments.length - 1
  doc.getText('file:main').insert(6, 'second\n')
  doc.getText('file:main').delete(0, 2)
  files.delete('two')
  files.set('three', { name: 'three.py', language: 'python' })
  const before = rows.length
  expect(restoreMoment(doc, timeline, then)).toBe(2)
  expect(rows.length).toBe(before + 1)
  expect(doc.getText('file:main').toString()).toBe('first\n')
  expect(doc.getText('file:two').toString()).toBe('kept')
  expect([...files.keys()].sort()).toEqual(['main', 'three', 'two'])
  expect(restoreMoment(doc, timeline, then)).toBe(0)
  timeline.add(rows.slice(timeline.lastSeq))
  expect(timeline.textsAt(then + 1).get('main')).toBe('first\nsecond\n')
})
