import { expect, test } from 'vitest'
import { SYNTAX } from './themes'

/** CIE L* and chroma of "#rrggbb". */
function lightness(hex: string): { l: number; chroma: number } {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  const f = (t: number) => (t > 216 / 24_389 ? Math.cbrt(t) : (24_389 / 27) * (t / 116) + 16 / 116)
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b)
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)
  return { l: 116 * y - 16, chroma: Math.hypot(500 * (x - y), 200 * (y - z)) }
}

test.each([
  ['dark', 78],
  ['light', 38],
] as const)('in %s, words of code differ by hue alone', (theme, wanted) => {
  const { comment: _, ...colors } = SYNTAX[theme]
  expect(new Set(Object.values(colors)).size).toBe(8)
  for (const [word, color] of Object.entries(colors)) {
    const { l, chroma } = lightness(`#${color}`)
    expect(Math.abs(l - wanted), `lightness of ${word}`).toBeLessThanOrEqual(4)
    expect(chroma, `chroma of ${word}`).toBeLessThan(40)
  }
})
