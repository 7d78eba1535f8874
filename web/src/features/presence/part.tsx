import { useAppSelector } from '../../shared/store/hooks'
import type { Part, PieceProps } from '../part'
import { CallBar } from './CallBar'
import { hearCalls } from './calls'
import { followCommands } from './commands'
import { Faces } from './Faces'
import { FollowFrame } from './FollowFrame'
import { InvitePanel } from './InvitePanel'
import { NameBar } from './NameBar'
import { PeoplePanel } from './PeoplePanel'
import { sayWhoIsNear } from './say-near'

function Panel({ room }: PieceProps) {
  return (
    <>
      <PeoplePanel room={room} />
      <InvitePanel link={room.link} />
    </>
  )
}

function Bars({ room }: PieceProps) {
  return (
    <>
      <NameBar room={room} />
      <CallBar room={room} />
    </>
  )
}

function Following({ room }: PieceProps) {
  // The past is nobody's view.
  const past = useAppSelector((state) => state.layout.past !== null)
  return !past && <FollowFrame onStop={() => room.session.follow.stop()} />
}

export const presence: Part = {
  panels: [{ id: 'people', label: 'People', icon: 'people', side: 'right', content: Panel }],
  pieces: { tools: Faces, bar: Bars, overText: Following },
  commands: followCommands,
  session: (room) => {
    const ends = [hearCalls(room), sayWhoIsNear(room)]
    return () => {
      for (const end of ends) end()
    }
  },
}
