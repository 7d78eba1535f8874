import { expect, test } from 'vitest'
import { keyWords, pressed } from './command'

const HELD = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

/** A key by what is printed on it: modifiers, place, what it says; `AltGr` is the third level. */
function press(held: string, code: string, key: string): KeyboardEvent {
  const has = (name: string) => held.split('+').includes(name)
  const flags = {
    ctrlKey: has('Ctrl'),
    metaKey: has('Meta'),
    altKey: has('Alt'),
    shiftKey: has('Shift'),
  }
  const getModifierState = (name: string) => name === 'AltGraph' && has('AltGr')
  return { ...HELD, ...flags, code, key, getModifierState } as KeyboardEvent
}

test('keys fit exactly', () => {
  expect(pressed('Ctrl+S', press('Ctrl', 'KeyS', 's'), false)).toBe(true)
  expect(pressed('Ctrl+S', press('Ctrl+Shift', 'KeyS', 'S'), false)).toBe(false)
  expect(pressed('?', press('Shift', 'Minus', '?'), false)).toBe(true)
  expect(pressed('F1', press('', 'F1', 'F1'), false)).toBe(true)
  expect(pressed('F1', press('Alt', 'F1', 'F1'), false)).toBe(false)
})

test('a key is the letter that it says, wherever it stands', () => {
  // QWERTZ: Z stands where others have Y. Redo is not the chat.
  expect(pressed('Ctrl+Shift+Y', press('Ctrl+Shift', 'KeyY', 'Z'), false)).toBe(false)
  expect(pressed('Ctrl+Shift+Y', press('Ctrl+Shift', 'KeyZ', 'Y'), false)).toBe(true)
  // AZERTY: M stands beside L, and a comma where others have M.
  expect(pressed('Alt+Shift+M', press('Alt+Shift', 'Semicolon', 'M'), false)).toBe(true)
  expect(pressed('Ctrl+,', press('Ctrl', 'KeyM', ','), false)).toBe(true)
  expect(pressed('Ctrl+,', press('Ctrl', 'Comma', ';'), false)).toBe(false)
  // Spanish, Turkish: letters of their own are letters.
  expect(pressed('Ctrl+,', press('Ctrl', 'Comma', 'ö'), false)).toBe(false)
})

test('by its place where it says no Latin letter', () => {
  expect(pressed('Ctrl+S', press('Ctrl', 'KeyS', 'ы'), false)).toBe(true)
  expect(pressed('Ctrl+,', press('Ctrl', 'Comma', 'б'), false)).toBe(true)
  expect(pressed('Alt+Shift+L', press('Alt+Shift', 'KeyL', 'Λ'), false)).toBe(true)
  expect(pressed('Ctrl+S', press('Ctrl', 'KeyD', 'ы'), false)).toBe(false)
  expect(pressed('Ctrl+S', press('Ctrl', 'KeyS', 'Dead'), false)).toBe(false)
})

test('what writes text is no command', () => {
  // AltGr, which Windows tells as Ctrl+Alt and Linux not at all.
  expect(pressed('Alt+Shift+L', press('Alt+Shift+AltGr', 'KeyL', 'Ł'), false)).toBe(false)
  expect(pressed('Ctrl+S', press('Ctrl+AltGr', 'KeyS', 'ś'), false)).toBe(false)
  expect(pressed('?', press('Shift+AltGr', 'Minus', '?'), false)).toBe(false)
  // Option on a Mac: Control is used for what is Alt elsewhere, and Command for Ctrl.
  expect(pressed('Alt+Shift+H', press('Alt+Shift', 'KeyH', 'Ó'), true)).toBe(false)
  expect(pressed('Alt+Z', press('Alt', 'KeyZ', 'Ω'), true)).toBe(false)
  expect(pressed('Alt+Shift+H', press('Ctrl+Shift', 'KeyH', 'H'), true)).toBe(true)
  expect(pressed('Ctrl+S', press('Meta', 'KeyS', 's'), true)).toBe(true)
  expect(pressed('Ctrl+Shift+P', press('Ctrl+Shift', 'KeyP', 'P'), true)).toBe(false)
  expect(keyWords('Alt+Shift+H', true)).toEqual(['⌃', '⇧', 'H'])
  expect(keyWords('Ctrl+S', false)).toEqual(['Ctrl', 'S'])
})
