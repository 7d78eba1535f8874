import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { fileText } from './files'
import { type Member, readPresence } from './presence'
import { RestoreStep } from './restore'
import { Restores } from './restores'
import { Timeline } from './timeline'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open() {
  const doc = new Y.Doc()
  const timeline = new Timeline()
  let seq = 0
  doc.on('update', (update: Uint8Array) => {
    seq += 1
    timeline.add([{ seq, author: 1, at: 1_000 * seq, update }])
  })
  doc.getMap('files').set('main', { name: 'main.py', language: 'python' })
  fileText(doc, 'main').insert(0, 'a\n')
  fileText(doc, 'main').insert(2, 'b\n')
  let state: Record<string, unknown> = { user: { name: 'Bo' } }
  const restores = new Restores((fields) => {
    state = { ...state, ...fields }
  })
  const member = (): Member => {
    const presence = readPresence(JSON.parse(JSON.stringify(state)))
    if (!presence) throw new Error('no presence')
    return { ...presence, clientId: 7, clock: 0, self: false, role: 'editor', person: null }
  }
  const restore = (index: number) => {
    const step = new RestoreStep(doc, timeline, index)
    restores.add(step, timeline.moments[index]?.at ?? 0)
    return step
  }
  return { doc, restore, restores, member }
}

test('a restore is told once to those who were here, and forgotten after a while', () => {
  const bo = open()
  const ada = open()
  const told = vi.fn()
  ada.restores.on('heard', ({ member, notice }) => told(member.name, notice))
  ada.restores.membersChanged([bo.member()])
  expect(bo.restore(1).files).toHaveLength(1)
  expect(fileText(bo.doc, 'main').toString()).toBe('a\n')
  ada.restores.membersChanged([bo.member()])
  ada.restores.membersChanged([bo.member()])
  expect(told).toHaveBeenCalledOnce()
  expect(told).toHaveBeenCalledWith('Bo', {
    n: expect.any(Number),
    name: 'main.py',
    files: 1,
    moment: 2_000,
  })
  const late = open()
  const news = vi.fn()
  late.restores.on('heard', news)
  late.restores.membersChanged([bo.member()])
  expect(news).not.toHaveBeenCalled()
  vi.runAllTimers()
  expect(bo.member().restored).toBeNull()
})

test('the last few can be taken back', () => {
  const { doc, restore, restores } = open()
  for (let i = 0; i < 8; i += 1) restore(1 + (i % 2))
  const steps = restores.of('main')
  expect(steps).toHaveLength(5)
  const before = fileText(doc, 'main').toString()
  steps.at(-1)?.undo()
  expect(fileText(doc, 'main').toString()).not.toBe(before)
})
