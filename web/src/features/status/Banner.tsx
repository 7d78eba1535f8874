import { shallowEqual } from 'react-redux'
import { useAppDispatch, useAppSelector } from '../../shared/store/hooks'
import { noticed, type Problem } from '../../shared/store/roomSlice'
import { Bar } from '../../shared/ui/Bar'
import { Button } from '../../shared/ui/Button'
import { Icon } from '../../shared/ui/Icon'
import type { PieceProps } from '../part'

const GONE: Record<Problem, { title: string; text: string }> = {
  deleted: {
    title: 'This room was deleted.',
    text: 'You can still read and download what is here.',
  },
  'not-found': {
    title: 'The server has this room no more.',
    text: 'You can still read and download what is here.',
  },
  'no-access': {
    title: 'You were removed from this room.',
    text: 'You can still read and download what is here.',
  },
}

/** The one place for trouble: a thin bar above the text, which stays readable. */
export function Banner({ room }: PieceProps) {
  const dispatch = useAppDispatch()
  const { link, edited, notice, readOnly, ready, kept, full, blocked, problem, unsaved } =
    useAppSelector(
      ({
        room: { link, waiting, notice, readOnly, ready, kept, full, blocked, problem, unsaved },
      }) => {
        const edited = link === 'offline' && waiting > 0
        return { link, edited, notice, readOnly, ready, kept, full, blocked, problem, unsaved }
      },
      shallowEqual,
    )
  if (problem && ready) {
    return (
      <Bar title={GONE[problem].title} text={GONE[problem].text} urgent>
        <Button onClick={() => room.run('download-all')}>Download all</Button>
      </Bar>
    )
  }
  if (full) {
    const more = ready ? 'You can go on typing; it is sent once there is a place.' : ''
    const text = `Your place is asked for again. ${more}`
    return <Bar title="This room is full." text={text} />
  }
  if (link === 'offline' && blocked) {
    const text =
      'The proxy in between does not pass it, or the server does not know this address ' +
      '(http.origins). Its log says which.'
    return <Bar title="HTTP works, WebSocket does not." text={text} />
  }
  if (link === 'offline') {
    let text = 'Keep typing. The page looks for the server by itself.'
    if (edited) {
      text = kept
        ? 'Keep typing. Your edits are kept here and go out when the server is back.'
        : 'Keep typing, and this page open. Your edits go out when the server is back.'
    }
    if (!ready) text = 'The text appears when the server answers.'
    return <Bar title="Offline." text={text} />
  }
  if (unsaved && !readOnly) {
    return (
      <Bar title="Not saved." text={unsaved.why} urgent>
        <Button onClick={() => room.run('download-all')}>Download all</Button>
      </Bar>
    )
  }
  if (notice) {
    return (
      <Bar text={notice}>
        <Button
          look="quiet"
          shape="square"
          aria-label="Dismiss"
          onClick={() => dispatch(noticed(''))}
        >
          <Icon name="close" />
        </Button>
      </Bar>
    )
  }
  if (readOnly) {
    const text = 'Ask the owner if you need to write.'
    return <Bar calm urgent title="You can read here." text={text} />
  }
  return null
}
