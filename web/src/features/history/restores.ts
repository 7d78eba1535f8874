import { toast } from '../../shared/lib/toasts'
import { pastShown } from '../../shared/store/layoutSlice'
import type { Room } from '../part'

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

/** "19:06", and the day when it is not today. */
function momentWords(at: number): string {
  const date = new Date(at)
  const today = date.toDateString() === new Date().toDateString()
  return today ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`
}

/** Who restored what is told to everybody in the room, with the way to what was there before. */
export function tellRestores({ session, store }: Room): () => void {
  return session.restores.on('heard', ({ member, notice }) => {
    const more = notice.files - 1
    const others = more === 1 ? ' and one more file' : ` and ${more} more files`
    const what = `${notice.name}${more > 0 ? others : ''}`
    toast(`${member.name} restored ${what} as of ${momentWords(notice.moment)}.`, {
      label: 'Show the history',
      run: () => void store.dispatch(pastShown({ seq: null })),
    })
  })
}
