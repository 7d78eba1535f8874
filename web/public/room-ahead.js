// On a room's address all that its first letter needs is asked for at once; the page itself would find
// it out step by step, a round trip each. The build names the files.
;(() => {
  // A proxy may show all of it under a path of its own.
  const base = new URL('./', document.currentScript.src).pathname
  if (!location.pathname.startsWith(`${base}r/`)) return
  const files = document.querySelector('meta[name="room-files"]')?.content ?? ''
  for (const file of files.split(' ').filter(Boolean)) {
    const link = document.createElement('link')
    if (file.endsWith('.css')) {
      link.rel = 'preload'
      link.as = 'style'
    } else link.rel = 'modulepreload'
    // As the page itself asks, or it would be fetched twice.
    link.crossOrigin = ''
    link.href = base + file
    document.head.append(link)
  }
})()
