import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { roomAhead } from './script/room-ahead.mjs'

const MONACO_VIM = new URL('./node_modules/monaco-vim/dist/index.mjs', import.meta.url)

// In development the C server answers everything that is not a source file of the page.
const server = process.env.TANDEM_URL ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [react(), roomAhead()],
  resolve: {
    dedupe: ['yjs', 'lib0', 'monaco-editor'],
    alias: [
      // monaco-vim offers browsers a file with an editor of its own, and asks for Monaco's files by
      // the paths they had before 0.56.
      { find: /^monaco-vim$/, replacement: fileURLToPath(MONACO_VIM) },
      { find: /^monaco-editor\/esm\/vs\/(.*)$/, replacement: 'monaco-editor/$1' },
    ],
  },
  experimental: {
    // A proxy may show all of it under another path: only the page itself names its files from the
    // root, and the server puts the path before them.
    renderBuiltUrl: (name, { hostType }) => (hostType === 'html' ? `/${name}` : { relative: true }),
  },
  worker: { format: 'es' },
  // A test that waits for a machine under load is no failure.
  test: { testTimeout: 60_000 },
  build: {
    target: 'es2022',
    manifest: true,
    // Monaco is one chunk of 4 MB by nature; script/budgets.mjs watches what is transferred.
    chunkSizeWarningLimit: 5000,
    // No inlined data: addresses: the page's policy allows only files of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/rooms': server,
      '/autocomplete': server,
      '/healthz': server,
      '/ws': { target: server, ws: true },
    },
  },
})
