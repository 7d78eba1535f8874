import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vite'
import page from '../vite.config.ts'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** What names the files of a room in the application's page has nothing to name here. */
const plugins = page.plugins.filter((plugin) => plugin.name !== 'room-ahead')

/** The page's own build, of another entry, unpacked: it is read once and thrown away. */
export default mergeConfig(
  { ...page, plugins },
  defineConfig({
    root: here('.'),
    build: { outDir: here('../dist-lab'), emptyOutDir: true, minify: false, manifest: false },
  }),
)
