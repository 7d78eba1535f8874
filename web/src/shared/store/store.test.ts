import { expect, test } from 'vitest'
import { caretMoved, themeSet } from './editorSlice'
import { entered, noticed, roomSeen } from './roomSlice'
import { makeStore } from './store'

test('entering a room forgets the last one', () => {
  const store = makeStore()
  store.dispatch(entered('one'))
  store.dispatch(roomSeen({ name: 'First' }))
  store.dispatch(roomSeen({ link: 'offline', confirms: true, full: false, waiting: 3 }))
  const ada = {
    clientId: 1,
    session: 1,
    name: 'Ada',
    color: 0,
    self: true,
    person: 3,
    away: false,
    role: 'editor',
  }
  const peer = { ...ada, file: 'main', line: null, idle: false, followsYou: false }
  store.dispatch(roomSeen({ peers: [peer], problem: 'deleted' }))
  store.dispatch(noticed('Hello'))
  expect(store.getState().room).toMatchObject({ id: 'one', waiting: 3, problem: 'deleted' })
  store.dispatch(entered('two'))
  expect(store.getState().room).toEqual({
    id: 'two',
    name: '',
    link: 'connecting',
    confirms: false,
    waiting: 0,
    unsaved: null,
    peers: [],
    problem: null,
    notice: '',
    readOnly: false,
    kept: true,
    ready: false,
    unread: 0,
    full: false,
    blocked: false,
    following: null,
    calledBy: null,
    calling: false,
    expiresAt: undefined,
    owned: false,
  })
})

test('the editor slice keeps theme and caret', () => {
  const store = makeStore()
  store.dispatch(themeSet('light'))
  store.dispatch(caretMoved({ line: 3, column: 4, selected: 2 }))
  expect(store.getState().editor).toEqual({
    theme: 'light',
    caret: { line: 3, column: 4, selected: 2 },
    focused: false,
    indent: { tabs: false, size: 4 },
  })
})
