/**
 * Where a proxy shows this server: "/", or as in "/tandem/". The scripts lie in a folder below it,
 * so nobody has to tell the page.
 */
export const BASE = import.meta.env.PROD
  ? new URL(/* @vite-ignore */ '../', import.meta.url).pathname
  : '/'

/** The address of a path of the server, which begins with a slash. */
export function addressOf(path: string): string {
  return BASE + path.slice(1)
}

/** The path of an address, as the server knows it; addresses outside are left as they are. */
export function pathOf(address: string): string {
  return address.startsWith(BASE) ? `/${address.slice(BASE.length)}` : address
}
