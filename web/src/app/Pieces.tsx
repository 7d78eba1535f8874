import type { Pieces as Places, Room } from '../features/part'

interface Props {
  room: Room
  at: keyof Places
}

/** What the parts put into one place. */
export function Pieces({ room, at }: Props) {
  return room.parts.map((part, index) => {
    const Piece = part.pieces?.[at]
    // biome-ignore lint/suspicious/noArrayIndexKey: the list of the parts never changes
    return Piece ? <Piece key={index} room={room} /> : null
  })
}
