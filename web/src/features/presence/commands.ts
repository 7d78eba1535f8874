import type { Command } from '../../shared/lib/command'
import type { Room } from '../part'
import { callEveryone } from './calls'

export function followCommands(room: Room): Command[] {
  const { follow } = room.session
  const { peers, following } = room.store.getState().room
  const others = peers.filter((peer) => !peer.self)
  const off = others.length === 0
  const commands: Command[] = others.map((peer) => ({
    id: `follow-${peer.clientId}`,
    group: 'People',
    label: `Follow ${peer.name}`,
    run: () => follow.start(peer.clientId),
  }))
  commands.push(
    {
      id: 'follow-next',
      group: 'People',
      label: 'Follow the next person',
      keys: 'Alt+Shift+L',
      off,
      run: () => follow.next(),
    },
    {
      id: 'call',
      group: 'People',
      label: 'Bring everyone to me',
      keys: 'Alt+Shift+M',
      off,
      run: () => callEveryone(room),
    },
  )
  if (following !== null) {
    commands.push({
      id: 'unfollow',
      group: 'People',
      label: 'Stop following',
      run: () => follow.stop(),
    })
  }
  return commands
}
