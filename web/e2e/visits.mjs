// How long a visit takes until one can type, and what it costs the main thread. Beside the time on the
// clock stands the thread's own CPU time, which a busy machine does not lengthen.
import { setTimeout as sleep } from 'node:timers/promises'

const STAND_MS = 2_000
const SETTLE_MS = 1_500

const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

/** What the main thread of the page does while `work` runs: its CPU in all, and of its longest task. */
async function traced(browser, work) {
  const chrome = await browser.newBrowserCDPSession()
  const events = []
  chrome.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  await chrome.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline'] },
  })
  const result = await work()
  const done = new Promise((resolve) => chrome.once('Tracing.tracingComplete', resolve))
  await chrome.send('Tracing.end')
  await done
  await chrome.detach()
  const names = events.filter(({ name }) => name === 'thread_name')
  const main = new Set(
    names
      .filter(({ args }) => args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  // Of the renderers, the page's is the one that worked most.
  const byThread = new Map()
  for (const { name, ph, pid, tid, dur, tdur } of events) {
    if (!name.endsWith('RunTask') || ph !== 'X' || !main.has(`${pid} ${tid}`)) continue
    const sum = byThread.get(`${pid} ${tid}`) ?? { cpuMs: 0, longestMs: 0, longestCpuMs: 0 }
    sum.cpuMs += (tdur ?? 0) / 1000
    sum.longestMs = Math.max(sum.longestMs, dur / 1000)
    sum.longestCpuMs = Math.max(sum.longestCpuMs, (tdur ?? 0) / 1000)
    byThread.set(`${pid} ${tid}`, sum)
  }
  const [most] = [...byThread.values()].sort((a, b) => b.cpuMs - a.cpuMs)
  return { ...result, ...most }
}

const editorReady = (page) =>
  page.waitForFunction(() => performance.getEntriesByName('editor-ready')[0]?.startTime, null, {
    timeout: 60_000,
  })

/** From `start` in the page's own time to the mark that says one can type. */
async function typeable(page, start) {
  const mark = await (await editorReady(page)).jsonValue()
  await sleep(SETTLE_MS)
  return { ms: mark - start }
}

async function newRoom(browser, base) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 760 } })
  const page = await context.newPage()
  await page.goto(base)
  const landing = await traced(browser, async () => {
    await page.reload()
    await sleep(STAND_MS)
    return {}
  })
  const button = page.getByRole('button', { name: 'New room' })
  const opening = await traced(browser, async () => {
    await button.evaluate((node) => {
      node.addEventListener('click', () => performance.mark('clicked'), { once: true })
    })
    await button.click()
    await editorReady(page)
    const at = await page.evaluate(() => performance.getEntriesByName('clicked')[0].startTime)
    return typeable(page, at)
  })
  const link = page.url()
  await context.close()
  return { landing, opening, link }
}

async function byLink(browser, link) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 760 } })
  const page = await context.newPage()
  const visit = () =>
    traced(browser, async () => {
      await page.goto(link)
      return typeable(page, 0)
    })
  const cold = await visit()
  // The worker keeps what was loaded; the browser keeps what it compiled.
  await sleep(1_500)
  await page.goto('about:blank')
  const again = await visit()
  await context.close()
  return { cold, again }
}

/** Prints the middle of some rounds, each in profiles that never saw the page. */
export async function visits(browser, base, rounds) {
  const all = []
  for (let round = 0; round < rounds; round += 1) {
    const { landing, opening, link } = await newRoom(browser, base)
    all.push({ landing, opening, ...(await byLink(browser, link)) })
  }
  const row = (words, key) => {
    const of = (field) => Math.round(middle(all.map((one) => one[key][field] ?? 0)))
    const time = all[0][key].ms === undefined ? '' : `${of('ms')} ms until one can type, `
    console.log(
      `${words}: ${time}main thread ${of('cpuMs')} ms of CPU, longest task ${of('longestCpuMs')} ms of CPU (${of('longestMs')} ms on the clock)`,
    )
  }
  console.log(`visits, p50 of ${rounds}:`)
  row('landing page, two seconds', 'landing')
  row('New room from there', 'opening')
  row('by link, cold', 'cold')
  row('by link, the second visit', 'again')
}
