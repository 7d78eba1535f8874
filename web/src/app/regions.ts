/** The parts of the page that F6 goes round, in the order of the eye. */
const REGIONS = [
  '[data-region="toolbar"]',
  '[data-region="left"]',
  '[data-region="editor"]',
  '[data-region="right"]',
]
const FOCUSABLE = 'button:not(:disabled), a[href], input:not([hidden]), [tabindex="0"]'

export function cycleRegion(back: boolean, focusEditor: () => void): void {
  const seen = REGIONS.map((selector) => document.querySelector<HTMLElement>(selector)).filter(
    (region) => region !== null && region.offsetParent !== null,
  )
  const at = seen.findIndex((region) => region?.contains(document.activeElement))
  const next = seen[(at + (back ? -1 : 1) + seen.length) % seen.length]
  if (!next) return
  if (next.dataset.region === 'editor') focusEditor()
  else next.querySelector<HTMLElement>(FOCUSABLE)?.focus()
}
