import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { fileText, RoomFiles } from './files'
import type { HistoryRow } from './history-rows'
import { RestoreStep, restorePreview } from './restore'
import { Timeline } from './timeline'
import { UndoOrder } from './undo-order'

/** A room whose log becomes a timeline. */
function room() {
  const doc = new Y.Doc()
  const rows: HistoryRow[] = []
  doc.on('update', (update: Uint8Array) => {
    rows.push({ seq: rows.length + 1, author: 1, at: rows.length, update })
  })
  const files = doc.getMap('files')
  files.set('main', { name: 'main.py', language: 'python' })
  files.set('two', { name: 'two.py', language: 'python' })
  const timeline = new Timeline()
  const now = () => {
    timeline.add(rows.slice(timeline.lastSeq))
    return timeline.moments.length - 1
  }
  const text = (id: string) => fileText(doc, id).toString()
  return { doc, rows, files, timeline, now, text }
}

test('restoring is one new edit, and deletes nothing of the history', () => {
  const { doc, rows, files, timeline, now, text } = room()
  fileText(doc, 'main').insert(0, 'first\n')
  fileText(doc, 'two').insert(0, 'kept')
  const then = now()
  fileText(doc, 'main').insert(6, 'second\n')
  fileText(doc, 'main').delete(0, 2)
  new RoomFiles(doc).remove('two', 'Bo', 1)
  files.set('three', { name: 'three.py', language: 'python' })
  const before = rows.length
  expect(new RestoreStep(doc, timeline, then).files.map(({ id, gone }) => [id, gone])).toEqual([
    ['main', false],
    ['two', true],
  ])
  expect(rows.length).toBe(before + 1)
  expect([text('main'), text('two')]).toEqual(['first\n', 'kept'])
  expect([...files.keys()].sort()).toEqual(['main', 'three', 'two'])
  expect(doc.getMap('deleted').size).toBe(0)
  expect(new RestoreStep(doc, timeline, then).files).toEqual([])
  now()
  expect(timeline.textsAt(then + 1).get('main')).toBe('first\nsecond\n')
})

test('the preview says what would change, and one file alone can be had', () => {
  const { doc, timeline, now, text } = room()
  fileText(doc, 'main').insert(0, 'a\nb\nc\n')
  fileText(doc, 'two').insert(0, 'x\n')
  const then = now()
  fileText(doc, 'main').insert(2, 'new\n')
  fileText(doc, 'two').insert(2, 'y\n')
  expect(restorePreview(doc, timeline, then)).toMatchObject([
    { id: 'main', name: 'main.py', changes: [{ line: 1, removed: ['new'], inserted: [] }] },
    { id: 'two', name: 'two.py', changes: [{ line: 1, removed: ['y'], inserted: [] }] },
  ])
  new RestoreStep(doc, timeline, then, 'two')
  expect([text('main'), text('two')]).toEqual(['a\nnew\nb\nc\n', 'x\n'])
})

test('lines that are as they were keep their author and what points at them', () => {
  const { doc, timeline, now, text } = room()
  const main = fileText(doc, 'main')
  main.insert(0, 'first\nmiddle\nlast\n')
  const then = now()
  main.insert(0, 'B')
  main.insert(main.length - 1, 'B')
  const place = Y.createRelativePositionFromTypeIndex(main, text('main').indexOf('middle') + 3)
  new RestoreStep(doc, timeline, then)
  expect(text('main')).toBe('first\nmiddle\nlast\n')
  const found = Y.createAbsolutePositionFromRelativePosition(place, doc)
  expect(found?.index).toBe(text('main').indexOf('middle') + 3)
})

test('taking a restore back takes back all of it, and nothing that others wrote since', () => {
  const { doc, files, timeline, now, text } = room()
  fileText(doc, 'main').insert(0, 'old\n')
  fileText(doc, 'two').insert(0, 'kept\n')
  const then = now()
  fileText(doc, 'main').insert(4, 'class New:\n')
  new RoomFiles(doc).remove('two', 'Bo', 1)
  const step = new RestoreStep(doc, timeline, then)
  const other = new Y.Doc()
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
  fileText(other, 'main').insert(0, '# theirs\n')
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other))
  expect(text('main')).toBe('# theirs\nold\n')
  step.undo()
  expect(step.undone).toBe(true)
  expect(text('main')).toBe('# theirs\nold\nclass New:\n')
  expect([...files.keys()]).toEqual(['main'])
  expect(doc.getMap('deleted').has('two')).toBe(true)
  step.redo()
  expect(text('main')).toBe('# theirs\nold\n')
  expect(files.has('two')).toBe(true)
})

test('Ctrl+Z takes the restore back first, and own typing of before only then', () => {
  const { doc, timeline, now, text } = room()
  const main = fileText(doc, 'main')
  const me = {}
  const typed = new Y.UndoManager(main, { trackedOrigins: new Set([me]), captureTimeout: 500 })
  const order = new UndoOrder(typed)
  const type = (at: number, what: string) => doc.transact(() => main.insert(at, what), me)
  type(0, 'one\n')
  const then = now()
  typed.stopCapturing()
  type(4, 'two\n')
  const step = new RestoreStep(doc, timeline, then)
  order.add(step)
  type(4, 'after\n')
  expect(text('main')).toBe('one\nafter\n')
  const seen: string[] = []
  for (let i = 0; i < 4; i += 1) {
    order.undo()
    seen.push(text('main'))
  }
  expect(seen).toEqual(['one\n', 'one\ntwo\n', 'one\n', ''])
  expect(order.canUndo()).toBe(false)
  for (let i = 0; i < 4; i += 1) {
    order.redo()
    seen.push(text('main'))
  }
  expect(seen.slice(4)).toEqual(['one\n', 'one\ntwo\n', 'one\n', 'one\nafter\n'])
  expect(order.canRedo()).toBe(false)
  // Taken back by the note about it, out of its turn: the rest goes on as if it had not been.
  step.undo()
  expect(text('main')).toBe('one\ntwo\nafter\n')
  order.undo()
  expect(text('main')).toBe('one\ntwo\n')
})
