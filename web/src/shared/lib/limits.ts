/** Ceilings of the page itself, below those of the server, so that typing stays quick for all. */
export const PASTE_BYTES_MAX = 1024 * 1024
export const FILE_BYTES_MAX = 4 * 1024 * 1024
export const UPLOAD_BYTES_MAX = 16 * 1024 * 1024

/** 1536 -> "1.5 KB" */
export function sizeWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  const [size, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / 1024 / 1024, 'MB']
  return `${size < 10 ? size.toFixed(1).replace(/\.0$/, '') : Math.round(size)} ${unit}`
}
