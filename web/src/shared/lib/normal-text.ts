/** Letters that editors drop or change: carriage returns and byte order marks. */
export const UNSHOWN = /[\r\ufeff]/

/** Line feeds only and no byte order marks, for all that comes into a room from this page. */
export function normalText(text: string): string {
  return UNSHOWN.test(text) ? text.replaceAll('\ufeff', '').replace(/\r\n?/g, '\n') : text
}
