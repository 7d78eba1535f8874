import { expect, test } from 'vitest'
import { readLayout } from './layoutSlice'
import { readSettings } from './settingsSlice'

test('what was remembered is taken as far as it makes sense', () => {
  expect(readSettings(null)).toMatchObject({ fontSize: 14, nameTags: 'typing', vim: false })
  expect(readSettings({ fontSize: 99, vim: true, nameTags: 'shout', wordWrap: 'yes' })).toEqual({
    fontSize: 24,
    wordWrap: false,
    minimap: false,
    vim: true,
    sayNear: false,
    nameTags: 'typing',
  })
  const layout = readLayout({ leftWidth: -4, rightWidth: Number.NaN, rightOpen: false })
  expect(layout).toMatchObject({ leftWidth: 140, rightWidth: 264, rightOpen: false })
  expect(readLayout({ narrowTab: 'files' }).narrowTab).toBe('code')
})
