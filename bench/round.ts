// What one round of the benchmark came to, and what is read off it.
import type { FlowTimes } from './flow';
import { median, percentile } from './statistics';

export interface Round {
  readonly flowsPerSecond: number;
  /** Server, API and worker together. */
  readonly cpuMsPerFlow: number;
  readonly serverCpuMsPerFlow: number;
  readonly apiCpuMsPerFlow: number;
  readonly workerCpuMsPerFlow: number;
  readonly foreignShare: number;
  readonly times: readonly FlowTimes[];
  readonly webhooksPerFlow: number;
  /** Of dispatches repeated after the round, as many at a time as its flows; their CPU is not in it. */
  readonly replayMs: readonly number[];
}

export type Measure = (round: Round) => number;

/** By the row of the table that shows it. */
export const MEASURES: Readonly<Record<string, Measure>> = {
  'flows per second': (round) => round.flowsPerSecond,
  'CPU ms per flow': (round) => round.cpuMsPerFlow,
  '  of these, the server': (round) => round.serverCpuMsPerFlow,
  '  API': (round) => round.apiCpuMsPerFlow,
  '  worker': (round) => round.workerCpuMsPerFlow,
  ...atP50AndP99('dispatch', ({ dispatchMs }) => [dispatchMs]),
  'replay p50 ms': (round) => median(round.replayMs),
  ...atP50AndP99('until both are asked', ({ untilAskedMs }) => [untilAskedMs]),
  ...atP50AndP99('decision', ({ decisionMs }) => decisionMs),
  'last approval to end p50 ms': (round) => median(round.times.map((time) => time.lastApprovalToEndMs)),
  ...atP50AndP99('whole flow', ({ flowMs }) => [flowMs]),
  'reads per flow': (round) => round.times.reduce((sum, time) => sum + time.reads, 0) / round.times.length,
  'webhooks per flow': (round) => round.webhooksPerFlow,
  'share of foreign CPU': (round) => round.foreignShare,
};

/** Two rows of the table, in milliseconds. */
function atP50AndP99(name: string, timesOf: (flow: FlowTimes) => readonly number[]): Record<string, Measure> {
  const times = (round: Round) => round.times.flatMap(timesOf);
  return {
    [`${name} p50 ms`]: (round) => median(times(round)),
    [`${name} p99 ms`]: (round) => percentile(times(round), 0.99),
  };
}
