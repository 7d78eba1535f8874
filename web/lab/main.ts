import { fuzzProgram } from './fuzz'
import { undoProgram } from './undo'

export interface LabReport {
  programs: number
  undos: number
  faults: string[]
  ms: number
}

const FAULTS_MAX = 5

/** What lab/run.mjs calls from outside. */
const lab = {
  undo(from: number, programs: number): LabReport {
    const report: LabReport = { programs: 0, undos: 0, faults: [], ms: 0 }
    const started = performance.now()
    for (let seed = from; seed < from + programs; seed += 1) {
      localStorage.clear()
      const fault = undoProgram(seed, report)
      report.programs += 1
      if (fault) report.faults.push(fault)
      if (report.faults.length >= FAULTS_MAX) break
    }
    return { ...report, ms: performance.now() - started }
  },

  async fuzz(from: number, programs: number): Promise<LabReport> {
    const report: LabReport = { programs: 0, undos: 0, faults: [], ms: 0 }
    const started = performance.now()
    for (let seed = from; seed < from + programs; seed += 1) {
      localStorage.clear()
      const fault = await fuzzProgram(seed)
      report.programs += 1
      if (fault) report.faults.push(fault)
      if (report.faults.length >= FAULTS_MAX) break
    }
    return { ...report, ms: performance.now() - started }
  },
}

Object.assign(window, { lab })
