import type { Part } from '../part'
import { Announcer } from './Announcer'
import { Banner } from './Banner'
import { FooterWords } from './FooterWords'
import { StatusLight } from './StatusLight'

export const status: Part = {
  pieces: { status: StatusLight, bar: Banner, footer: FooterWords, page: Announcer },
}
