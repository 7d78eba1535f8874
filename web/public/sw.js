// Lets a room be reloaded while the server is away: the page comes from here, the text from the
// browser's own database. Network first for the page, so that a new version is seen at once;
// files under /assets/ never change, so the first copy is the last.
const CACHE = 'tandem-2'
// Where this server is shown: the scope of this worker.
const SHELL = new URL('./', location).pathname
const THEME = `${SHELL}theme.js`
const ASSETS = `${SHELL}assets/`
const FILES_MAX = 80

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => Promise.all([SHELL, THEME].map((path) => fetchInto(cache, path))))
      .then(() => self.skipWaiting()),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith('tandem-') && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

// The page names what it loaded before we were in charge.
self.addEventListener('message', (event) => {
  if (Array.isArray(event.data?.keep)) event.waitUntil(keep(event.data.keep))
})

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== location.origin) return
  const inScope = url.pathname.startsWith(SHELL)
  const path = url.pathname.slice(SHELL.length)
  const isPage = event.request.mode === 'navigate' && inScope && /^(r\/[^/]+\/?)?$/.test(path)
  if (isPage) event.respondWith(networkFirst(event.request, SHELL))
  else if (url.pathname === THEME) event.respondWith(networkFirst(event.request, THEME))
  else if (url.pathname.startsWith(ASSETS)) event.respondWith(cacheFirst(event.request))
})

const TYPES = {
  js: /^(text|application)\/javascript/,
  css: /^text\/css/,
  html: /^text\/html/,
}

/**
 * Is this of the application? A proxy may answer for it, with a page to log in at: by a redirect, as
 * a page where a script was asked for, or under the very address of the page.
 */
async function isOurs(path, response) {
  if (!response.ok || response.redirected || response.type !== 'basic') return false
  const type = response.headers.get('content-type') ?? ''
  const isPage = path === SHELL
  const ending = isPage ? 'html' : (/\.(\w+)$/.exec(path)?.[1] ?? '')
  const wanted = TYPES[ending]
  if (wanted ? !wanted.test(type) : TYPES.html.test(type)) return false
  return (
    !isPage || (await response.clone().text()).includes('name="application-name" content="Tandem"')
  )
}

async function put(cache, path, response) {
  const copy = response.clone()
  if (await isOurs(path, response)) await cache.put(path, copy)
}

async function fetchInto(cache, path) {
  const response = await fetch(path)
  if (!(await isOurs(path, response))) throw new Error(`${path} is not what it should be`)
  await cache.put(path, response)
}

async function networkFirst(request, key) {
  const cache = await caches.open(CACHE)
  try {
    const response = await fetch(request)
    await put(cache, key, response)
    return response
  } catch (error) {
    const kept = await cache.match(key)
    if (kept) return kept
    throw error
  }
}

async function cacheFirst(request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request)
  if (kept) return kept
  const response = await fetch(request)
  await put(cache, new URL(request.url).pathname, response)
  return response
}

async function keep(urls) {
  const cache = await caches.open(CACHE)
  for (const url of urls.slice(0, FILES_MAX)) {
    if (typeof url !== 'string' || (await cache.match(url))) continue
    await fetchInto(cache, new URL(url, location.href).pathname).catch(() => {})
  }
  const assets = (await cache.keys()).filter(({ url }) => new URL(url).pathname.startsWith(ASSETS))
  // The oldest come first: files of versions long gone.
  for (const request of assets.slice(0, Math.max(0, assets.length - FILES_MAX))) {
    await cache.delete(request)
  }
}
