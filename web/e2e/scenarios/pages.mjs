// One person: pages, buttons, suggestions.
import { equal, until } from '../room.mjs'

const theme = (page) => page.evaluate(() => document.documentElement.dataset.theme)

export const pages = {
  async 'the landing page is painted first; then it fetches the editor, unless bytes are counted'(
    base,
    room,
  ) {
    const [ada, bo] = [await room.person('Ada'), await room.person('Bo')]
    await bo.page.addInitScript(() => {
      Object.defineProperty(navigator, 'connection', { value: { saveData: true } })
    })
    await bo.page.goto(base)
    await ada.page.goto(base)
    const times = () =>
      ada.page.evaluate(() => {
        const editor = performance
          .getEntriesByType('resource')
          .find(({ name }) => /EditorPane.*\.js/.test(name))
        const [paint] = performance.getEntriesByName('first-contentful-paint')
        return editor && paint && { editor: editor.startTime, paint: paint.startTime }
      })
    await until('the editor is fetched', async () => (await times()) !== undefined)
    const { editor, paint } = await times()
    equal(editor > paint, true, `fetched at ${editor} after the paint at ${paint}`)
    await room.shoot('landing')
    const early = await bo.page.evaluate(
      () =>
        performance.getEntriesByType('resource').filter(({ name }) => /EditorPane/.test(name))
          .length,
    )
    equal(early, 0, 'editor chunks of who saves bytes')
  },

  async 'the moving picture of the landing page can be stopped'(base, room) {
    const ada = await room.person('Ada')
    await ada.page.goto(base)
    const running = () =>
      ada.page.evaluate(
        () =>
          document.getAnimations().filter((each) => each.playState === 'running' && each.effect)
            .length,
      )
    await until('moves', async () => (await running()) > 0)
    await ada.page.getByRole('button', { name: 'Pause the animation' }).click()
    await until('stands still', async () => (await running()) === 0 || running())
    await ada.page.getByRole('button', { name: 'Play the animation' }).click()
    await until('moves again', async () => (await running()) > 0)
  },

  async 'create a room, type, and it is saved'(_base, room) {
    const [ada] = await room.gather('Ada')
    await until('focus', async () =>
      ada.page.evaluate(() => document.activeElement?.closest('.monaco-editor') !== null),
    )
    await room.shoot('alone')
    await ada.type('answer = 42')
    await ada.reads('answer = 42')
    await ada.status(/^(Saved|Live)$/)
    equal(await room.converged(), 'answer = 42', 'stored')
  },

  async 'prin and Enter give print with the cursor inside'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.type('prin', 60)
    await ada.page.waitForSelector('.suggest-widget.visible .monaco-list-row.focused')
    await ada.press('Enter')
    await ada.reads('print()')
    await ada.type('7')
    await ada.reads('print(7)')
  },

  async 'els and Enter give an else where its if stands'(_base, room) {
    const [ada] = await room.gather('Ada')
    await ada.type('if answer:')
    await ada.press('Enter')
    await ada.type('pass')
    await ada.press('Escape')
    await ada.press('Enter')
    await ada.type('els', 60)
    await ada.page.waitForSelector('.suggest-widget.visible .monaco-list-row.focused')
    await ada.press('Enter')
    await ada.type('7')
    await ada.reads('if answer:\n    pass\nelse:\n    7')
  },

  async 'join by id and by link'(base, room) {
    await room.gather('Ada')
    const bo = await room.person('Bo')
    for (const target of [room.id, `${base}/r/${room.id}`]) {
      await bo.page.goto(base)
      await bo.page.getByLabel('Room id or link').fill(target)
      await bo.press('Enter')
      await bo.page.waitForURL(`**/r/${room.id}`)
    }
    await bo.ready()
    await bo.page.getByRole('link', { name: /home/ }).click()
    await bo.page.getByRole('navigation', { name: 'Recent rooms' }).getByRole('link').waitFor()
  },

  async 'the theme is remembered'(base, room) {
    const ada = await room.person('Ada', { colorScheme: 'light' })
    await ada.page.goto(base)
    equal(await theme(ada.page), 'light', 'follows the system')
    await room.shoot('landing-light')
    await ada.page.getByRole('button', { name: 'Use the dark theme' }).click()
    equal(await theme(ada.page), 'dark', 'toggled')
    await ada.page.reload()
    equal(await theme(ada.page), 'dark', 'remembered')
  },

  async 'an unknown room offers a new one'(base, room) {
    const ada = await room.person('Ada')
    await ada.page.goto(`${base}/r/no-such-room-here`)
    await ada.page.getByRole('heading', { name: 'There is no room here' }).waitFor()
    await room.shoot('not-found')
    await ada.page.getByRole('button', { name: 'New room' }).click()
    await ada.ready()
  },

  async 'a narrow window has one column'(base, room) {
    const ada = await room.person('Ada', { viewport: { width: 390, height: 780 } })
    await ada.page.goto(base)
    await room.shoot('landing-narrow')
    await ada.page.getByRole('button', { name: 'New room' }).click()
    await ada.ready()
    const overflow = await ada.page.evaluate(
      () => document.documentElement.scrollWidth - innerWidth,
    )
    equal(overflow > 0, false, 'scrolls sideways')
    await ada.page.getByRole('tab', { name: 'People' }).click()
    await ada.page.getByRole('heading', { name: 'You are alone here' }).waitFor()
    await room.shoot('alone-narrow')
  },
}
