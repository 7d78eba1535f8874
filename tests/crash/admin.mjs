// Makes, renames and deletes rooms over HTTP, and remembers what was answered and what was only asked.
import { sleep } from '../blackbox/server.mjs'

export class Admin {
  constructor(random) {
    this.random = random
    this.rooms = []
    this.answers = 0
  }

  /** One room after the other until `stopped()`; ends by itself when the server is gone. */
  async run(server, stopped) {
    while (!stopped()) {
      try {
        await this.round(server)
        await sleep(this.random.int(0, 30))
      } catch (error) {
        if (error.cause === undefined && !(error instanceof TypeError)) throw error
        return // the connection broke: the server died
      }
    }
  }

  async round(server) {
    const made = await server.call('POST', '/rooms/', { name: 'first', template: 'hello' })
    if (made.status !== 201) throw new Error(`POST /rooms/ answered ${made.status} ${made.text}`)
    const room = { id: made.json.room_id, key: made.json.owner_key, epoch: made.json.epoch, names: ['first'] }
    this.answers++
    this.rooms.push(room)
    if (this.random.chance(0.6)) await this.rename(server, this.random.pick(this.rooms))
    if (this.random.chance(0.5)) await this.remove(server, this.random.pick(this.rooms))
  }

  async rename(server, room) {
    if (room.removed) return
    const name = `name ${this.random.int(0, 1e6)}`
    room.names.push(name)
    const { status } = await server.call('PATCH', `/rooms/${room.id}`, { name }, bearer(room))
    if (status !== 200) throw new Error(`PATCH answered ${status}`)
    this.answers++
    room.names = [name]
  }

  async remove(server, room) {
    if (room.removed) return
    room.removed = 'asked'
    const { status } = await server.call('DELETE', `/rooms/${room.id}`, undefined, bearer(room))
    if (status !== 204) throw new Error(`DELETE answered ${status}`)
    this.answers++
    room.removed = 'answered'
  }

  /** What of it the restarted server does not know as it was answered; then keeps only a few rooms. */
  async faults(server) {
    const faults = []
    for (const room of this.rooms) {
      const { status, json } = await server.call('GET', `/rooms/${room.id}`)
      if (status !== 200 && !(status === 404 && room.removed))
        faults.push(`room ${room.id} answers ${status}`)
      if (status !== 200) continue
      if (room.removed === 'answered') faults.push(`deleted room ${room.id} is back`)
      if (json.epoch !== room.epoch) faults.push(`epoch of ${room.id} changed`)
      if (!room.names.includes(json.name))
        faults.push(`room ${room.id} is called ${json.name}, not ${room.names}`)
      const code = await server.call('GET', `/rooms/${room.id}/code`)
      if (!code.text.includes('print')) faults.push(`room ${room.id} lost its first text`)
      room.names = [json.name]
      room.removed = undefined
    }
    this.rooms = this.rooms.filter((room) => !room.removed).slice(-10)
    return faults
  }
}

const bearer = (room) => ({ authorization: `Bearer ${room.key}` })
