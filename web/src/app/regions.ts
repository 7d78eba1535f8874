/** The parts of the page that F6 goes round, in the order of the eye. */
const REGIONS = [
  '[data-region="toolbar"]',
  '[data-region="left"]',
  '[data-region="editor"]',
  '[data-region="right"]',
  '[data-region="notes"]',
]
/** What one works with: a splitter is not what somebody goes to a pane for. */
const FOCUSABLE =
  'button:not(:disabled, [tabindex="-1"]), a[href], input:not([hidden]), textarea, [tabindex="0"]:not([role="separator"])'

export function cycleRegion(back: boolean, focusEditor: () => void): void {
  const seen = REGIONS.map((selector) => document.querySelector<HTMLElement>(selector)).filter(
    (region) => region?.offsetParent != null && region.querySelector(FOCUSABLE) !== null,
  )
  const at = seen.findIndex((region) => region?.contains(document.activeElement))
  const next = seen[(at + (back ? -1 : 1) + seen.length) % seen.length]
  if (!next) return
  if (next.dataset.region === 'editor') focusEditor()
  else next.querySelector<HTMLElement>(FOCUSABLE)?.focus()
}
