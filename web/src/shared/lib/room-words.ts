/** Two plain words that are easy to say on a call: a room has a name from the start. */
const FIRST =
  'amber bold brave brisk bright calm clever cosy crisp curious eager early easy fair fast fine free fresh gentle glad golden good happy kind late light lively lucky merry mild neat new nimble noble old open plain proud quick quiet ready round shiny silent silver simple smooth snug soft solid spare steady still sunny swift tidy tiny true vivid warm whole wide wild wise young'
const SECOND =
  'acorn anchor badger beacon birch bridge brook candle canoe cedar comet coral cricket falcon fern finch forest garden glacier harbor hazel heron island ivy kettle lagoon lantern lark lemon lily lynx maple marble meadow mill moon moss olive orchard otter owl panda pebble pine planet pond puffin quartz raven reed river robin sail sparrow spruce stone swan tiger trail tulip valley violet willow wren'

const words = (list: string): string[] => list.split(' ')

/** "quiet otter"; `random` gives numbers from 0 up to 1. */
export function twoWords(random: () => number = Math.random): string {
  const one = (list: string[]) => list[Math.floor(random() * list.length)] ?? ''
  return `${one(words(FIRST))} ${one(words(SECOND))}`
}
