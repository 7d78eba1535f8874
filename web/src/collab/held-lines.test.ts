import { expect, test } from 'vitest'
import { applyOffsetEdits, type OffsetEdit } from './delta'
import { HeldLines } from './held-lines'
import { seeded } from './testing'

/** The lines around a place of a text, with the line breaks around them. */
function linesAt(text: string, at: number): { from: number; to: number; held: HeldLines } {
  const [before, behind] = [text.lastIndexOf('\n', at - 1), text.indexOf('\n', at)]
  const from = Math.max(0, before)
  const to = behind < 0 ? text.length : behind + 1
  return { from, to, held: new HeldLines(from, to, before < 0, behind < 0) }
}

test('what others write in the line waits, what they write elsewhere does not', () => {
  const { held } = linesAt('top\none two\nend', 8)
  expect(held.remote([{ at: 4, remove: 0, insert: 'AAA ' }])).toEqual([])
  expect(held.remote([{ at: 3, remove: 0, insert: '\nnew' }])).toEqual([
    { at: 3, remove: 0, insert: '\nnew' },
  ])
  expect(held.remote([{ at: 20, remove: 1, insert: '' }])).toEqual([
    { at: 16, remove: 1, insert: '' },
  ])
  expect(held.own(15, 0, 'に')).toEqual([{ at: 19, remove: 0, insert: 'に' }])
  expect(held.rest('top\nnew\nAAA one twoに\nnd')).toEqual([{ at: 8, remove: 0, insert: 'AAA ' }])
})

test('what is composed stays before what another writes at the same place', () => {
  const { held } = linesAt('ab', 1)
  expect(held.own(1, 0, 'n')).toEqual([{ at: 1, remove: 0, insert: 'n' }])
  held.remote([{ at: 2, remove: 0, insert: 'X' }])
  expect(held.own(2, 0, 'i')).toEqual([{ at: 2, remove: 0, insert: 'i' }])
  expect(held.own(1, 2, '日')).toEqual([
    { at: 1, remove: 2, insert: '' },
    { at: 1, remove: 0, insert: '日' },
  ])
  expect(held.rest('a日Xb')).toEqual([{ at: 2, remove: 0, insert: 'X' }])
})

test('random edits of both: the document takes all at once, the model in the end', () => {
  for (let seed = 1; seed <= 3_000; seed += 1) {
    const random = seeded(seed)
    const pick = (below: number) => Math.floor(random() * below)
    const some = (letters: string) => letters.slice(0, pick(letters.length + 1))
    let doc = Array.from({ length: pick(14) }, () => 'ab\n'[pick(3)]).join('')
    let model = doc
    const { from, to, held } = linesAt(model, pick(model.length + 1))
    const lines = model.slice(from, to)
    let touched = false
    for (let step = 0; step < 1 + pick(8); step += 1) {
      if (random() < 0.5) {
        const edits: OffsetEdit[] = []
        for (let at = pick(4); at <= doc.length; at += 1 + pick(6)) {
          const remove = Math.min(pick(4), doc.length - at)
          edits.push({ at, remove, insert: some('XY\n') })
          at += remove
        }
        model = applyOffsetEdits(model, held.remote(edits))
        doc = applyOffsetEdits(doc, edits)
      } else {
        touched = true
        const at = pick(model.length + 1)
        const remove = Math.min(pick(4), model.length - at)
        const insert = some('12\n')
        for (const edit of held.own(at, remove, insert)) doc = applyOffsetEdits(doc, [edit])
        model = applyOffsetEdits(model, [{ at, remove, insert }])
      }
      const place = pick(model.length + 1)
      expect(held.toModel(held.toDoc(place)), `seed ${seed}`).toBeLessThanOrEqual(model.length)
    }
    if (!touched) expect(model.includes(lines), `seed ${seed}: the lines`).toBe(true)
    expect(applyOffsetEdits(model, held.rest(doc)), `seed ${seed}`).toBe(doc)
  }
})
