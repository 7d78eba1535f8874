// Runs before the first paint, so that the page never flashes in the wrong theme.
;(() => {
  let theme = null
  try {
    theme = localStorage.getItem('tandem.theme')
  } catch {
    // Storage is forbidden: follow the system.
  }
  if (theme !== 'dark' && theme !== 'light') {
    theme = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark'
  }
  document.documentElement.dataset.theme = theme
})()
