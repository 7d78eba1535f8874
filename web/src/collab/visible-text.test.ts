import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { normalText } from '../shared/lib/normal-text'
import { seeded } from './testing'
import { cleaningOf, toDocument, toVisible, visibleText } from './visible-text'

const textOf = (content: string) => {
  const text = new Y.Doc().getText('t')
  text.insert(0, content)
  return text
}

test('a plain text is shown as it is', () => {
  expect(visibleText(textOf('a\nb\u2028c'))).toEqual({
    text: 'a\nb\u2028c',
    hidden: [],
    clean: true,
  })
})

test('marks, carriage returns and pictures are hidden, each where it stands', () => {
  const text = textOf('\ufeffa\r\nb\rc')
  text.insertEmbed(2, { image: 'x' })
  text.format(0, 3, { bold: true })
  expect(visibleText(text)).toEqual({ text: 'a\nb\nc', hidden: [0, 2, 3], clean: false })
})

test('offsets go to the document and back, and cleaning gives what is shown', () => {
  const pieces = ['a', 'b', '\n', '\r', '\r\n', '\ufeff', '😀']
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = seeded(seed)
    const pick = () => pieces[Math.floor(random() * pieces.length)] ?? ''
    const text = textOf(Array.from({ length: 12 }, pick).join(''))
    if (random() < 0.5) text.insertEmbed(Math.floor(random() * text.length), {})
    const { text: shown, hidden } = visibleText(text)
    for (let offset = 0; offset <= shown.length; offset += 1) {
      expect(toVisible(hidden, toDocument(hidden, offset)), `seed ${seed}`).toBe(offset)
    }
    expect(shown.length).toBe(text.length - hidden.length)
    for (const { at, remove, insert } of cleaningOf(text)) {
      text.delete(at, remove)
      if (insert) text.insert(at, insert)
    }
    expect(text.toString(), `seed ${seed}`).toBe(shown)
    expect(visibleText(text).hidden).toEqual([])
    expect(normalText(shown)).toBe(shown)
  }
})
