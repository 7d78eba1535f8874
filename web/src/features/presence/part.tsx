import { useAppSelector } from '../../shared/store/hooks'
import type { Part, PieceProps } from '../part'
import { hearCalls } from './calls'
import { followCommands } from './commands'
import { FollowFrame } from './FollowFrame'
import { InvitePanel } from './InvitePanel'
import { PeopleButton } from './PeopleButton'
import { PeoplePanel } from './PeoplePanel'

function Panel({ room }: PieceProps) {
  return (
    <>
      <PeoplePanel room={room} />
      <InvitePanel link={room.link} />
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
  pieces: { tools: PeopleButton, overText: Following },
  commands: followCommands,
  session: hearCalls,
}
