import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vite'
import page from '../vite.config.ts'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** The page's own build, of another entry, unpacked: it is read once and thrown away. */
export default mergeConfig(
  page,
  defineConfig({
    root: here('.'),
    build: { outDir: here('../dist-lab'), emptyOutDir: true, minify: false, manifest: false },
  }),
)
