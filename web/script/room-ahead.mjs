// A plugin of the build: names in the page what a room needs before one can type in it, for
// public/room-ahead.js. The names of the files are known when all is built.
const ENTRIES = ['/src/app/RoomPage.tsx', '/src/features/editor/EditorPane.tsx']

/** The files of these chunks and of all they import, styles too. */
function filesOf(bundle) {
  const files = new Set()
  const add = (name) => {
    const chunk = bundle[name]
    if (files.has(name) || chunk?.type !== 'chunk') return
    files.add(name)
    for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style)
    for (const other of chunk.imports) add(other)
  }
  for (const entry of ENTRIES) {
    const chunk = Object.values(bundle).find(({ facadeModuleId }) =>
      facadeModuleId?.endsWith(entry),
    )
    if (!chunk) throw new Error(`${entry} is not a chunk of its own any more`)
    add(chunk.fileName)
  }
  return files
}

export function roomAhead() {
  return {
    name: 'room-ahead',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle }) => {
        if (!bundle) return html // in development every module is a file of its own
        const files = [...filesOf(bundle)].filter((file) => !html.includes(file))
        const attrs = { name: 'room-files', content: files.join(' ') }
        return { html, tags: [{ tag: 'meta', attrs, injectTo: 'head-prepend' }] }
      },
    },
  }
}
