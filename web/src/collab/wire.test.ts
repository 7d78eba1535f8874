import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { ackFrame, eventFrame, seeded } from './testing'
import { decodeMessage, encodeStep1, encodeUpdate, readEvent } from './wire'

test('what we encode reads back', () => {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, 'x')
  expect(decodeMessage(encodeStep1(doc))).toEqual({
    kind: 'step1',
    stateVector: Y.encodeStateVector(doc),
  })
  const update = Y.encodeStateAsUpdate(doc)
  expect(decodeMessage(encodeUpdate(update))).toEqual({ kind: 'update', update })
  expect(decodeMessage(ackFrame(300))).toEqual({ kind: 'ack', frames: 300 })
})

test('hello in the forms a server may choose', () => {
  const hello = {
    type: 'hello',
    session: 7,
    epoch: 'e',
    role: 'owner',
    name: 'Ada',
    color_index: 2,
    room: { id: 'r', name: 'Pairing' },
    members: [{ session: 7, name: 'Ada', color_index: 2, role: 'owner' }, { session: -1 }],
    limits: { files: 64, odd: 'many' },
  }
  expect(decodeMessage(eventFrame(hello))).toEqual({
    kind: 'event',
    event: {
      type: 'hello',
      session: 7,
      epoch: 'e',
      role: 'owner',
      name: 'Ada',
      color: 2,
      roomName: 'Pairing',
      members: [{ session: 7, name: 'Ada', color: 2, role: 'owner', author: null }],
      limits: { files: 64 },
    },
  })
  expect(readEvent({ type: 'hello', color: 'red' })).toMatchObject({ epoch: '', color: null })
  expect(readEvent({ type: 'room_renamed', name: 'Interview' })).toEqual({
    type: 'renamed',
    name: 'Interview',
  })
  expect(readEvent({ type: 'member_joined' })).toEqual({ type: 'other' })
  expect(
    readEvent({
      type: 'member_joined',
      member: { session: 9, name: 'Bo', role: 'viewer', author: 5 },
    }),
  ).toEqual({
    type: 'memberJoined',
    member: { session: 9, name: 'Bo', color: 0, role: 'viewer', author: 5 },
  })
  expect(readEvent({ type: 'member_left', session: 9 })).toEqual({ type: 'memberLeft', session: 9 })
  expect(readEvent(null)).toEqual({ type: 'other' })
})

test('random bytes are read or refused, never worse', () => {
  const random = seeded(11)
  for (let i = 0; i < 5_000; i += 1) {
    const bytes = Uint8Array.from({ length: random() * 12 }, () => Math.floor(random() * 256))
    try {
      expect(decodeMessage(bytes)).toHaveProperty('kind')
    } catch (error) {
      expect(error).toBeInstanceOf(Error)
    }
  }
})
