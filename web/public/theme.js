// Runs before the first paint, so that the page never flashes in the wrong theme.
;(() => {
  let theme = null
  try {
    theme = localStorage.getItem('tandem.theme')
  } catch {
    // Storage is forbidden: follow the system.
  }
  if (!/^(hc-)?(dark|light)$/.test(theme ?? '')) {
    theme = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark'
    const contrast = matchMedia('(prefers-contrast: more), (forced-colors: active)')
    if (contrast.matches) theme = `hc-${theme}`
  }
  document.documentElement.dataset.theme = theme
})()
