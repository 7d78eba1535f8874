import { fuzzProgram } from './fuzz'
import { allOrders, edgesProgram, placesProgram } from './places'
import { undoProgram } from './undo'

export interface LabReport {
  programs: number
  undos: number
  faults: string[]
  ms: number
}

const FAULTS_MAX = 5

type Program = (seed: number, report: LabReport) => string | Promise<string>

async function run(program: Program, from: number, programs: number): Promise<LabReport> {
  const report: LabReport = { programs: 0, undos: 0, faults: [], ms: 0 }
  const started = performance.now()
  for (let seed = from; seed < from + programs; seed += 1) {
    localStorage.clear()
    const fault = await program(seed, report)
    report.programs += 1
    if (fault) report.faults.push(fault)
    if (report.faults.length >= FAULTS_MAX) break
  }
  return { ...report, ms: performance.now() - started }
}

/** What lab/run.mjs calls from outside: so many programs from a seed on. */
const lab = {
  undo: (from: number, programs: number) => run(undoProgram, from, programs),
  fuzz: (from: number, programs: number) => run(fuzzProgram, from, programs),
  places: (from: number, programs: number) =>
    run((seed) => (seed % 8 === 0 ? edgesProgram(seed) : placesProgram(seed)), from, programs),
  /** All orders of so many people with so many keys each. */
  orders: (seats: number, keys: number) => {
    localStorage.clear()
    const started = performance.now()
    const report = allOrders(seats, keys)
    return { ...report, undos: 0, ms: performance.now() - started }
  },
}

Object.assign(window, { lab })
