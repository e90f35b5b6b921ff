import { describe, expect, test } from '@jest/globals';
import type { LogEntry } from '@temporalio/worker/lib/logger';
import { pino } from 'pino';
import { type Clock, sdkLog } from '../../src/temporal/sdk-log';
import { ONLY_A_PART } from '../../src/workflows/contract/messages';

const UNREACHABLE =
  'Status { code: Unavailable, message: "tcp connect error", source: Some(tonic::transport::Error(Transport, ...)) }';

describe("the SDK's log", () => {
  test('of an outage has a line at its beginning, one a minute, and one at its end, with how often what was repeated', () => {
    const { lines, take, pass } = log();
    for (let second = 0; second < 130; second += 1) {
      take(repetition(second % 2 === 0 ? 'poll_workflow_task_queue' : 'poll_activity_task_queue'));
      pass(1_000);
    }
    pass(60_000);
    const reason = 'Unavailable: tcp connect error';
    expect(lines).toEqual([
      {
        level: 40,
        call: 'poll_workflow_task_queue',
        reason,
        msg: 'calls to Temporal fail and are repeated until they succeed; nothing that was acknowledged is lost',
      },
      {
        level: 40,
        seconds: 60,
        repetitions: { poll_workflow_task_queue: 30, poll_activity_task_queue: 30 },
        reason,
        msg: 'calls to Temporal still fail',
      },
      {
        level: 40,
        seconds: 120,
        repetitions: { poll_workflow_task_queue: 60, poll_activity_task_queue: 60 },
        reason,
        msg: 'calls to Temporal still fail',
      },
      {
        level: 30,
        seconds: 129,
        repetitions: { poll_workflow_task_queue: 65, poll_activity_task_queue: 65 },
        msg: 'calls to Temporal succeed again',
      },
    ]);
  });

  test('of a second outage begins anew, and pauses as long as those between repetitions do not end one', () => {
    const { lines, take, pass } = log();
    for (const pause of [12_000, 12_000, 15_000, 12_000]) {
      take(repetition('poll_workflow_task_queue'));
      pass(pause);
    }
    expect(lines.map(({ level }) => level)).toEqual([40, 30, 40]);
    expect(lines[1]).toMatchObject({ seconds: 24, repetitions: { poll_workflow_task_queue: 3 } });
  });

  test('of a workflow task that begins anew, by the will of the workflow, has one line that is no warning', () => {
    const { lines, take } = log();
    const message = `${ONLY_A_PART}, and more`;
    take({
      ...entry('ERROR', 'Failed to process Workflow Activation'),
      meta: { workflowId: 'w', error: new Error(message) },
    });
    const failure = `Failure { failure: Some(Failure { message: "${message}", source: "TypeScriptSDK" }) }`;
    take({ ...entry('WARN', 'Failing legacy query request'), meta: { run_id: 'r', failure } });
    expect(lines).toEqual([{ level: 30, workflowId: 'w', msg: message }]);
  });

  test('of one that fails has both', () => {
    const { lines, take } = log();
    take({ ...entry('ERROR', 'Failed to process Workflow Activation'), meta: { error: new Error('boom') } });
    take({ ...entry('WARN', 'Failing workflow task'), meta: { failure: 'Failure { message: "boom" }' } });
    expect(lines.map(({ level }) => level)).toEqual([50, 40]);
  });

  test('says all else as it is, with its error', () => {
    const { lines, take } = log();
    take({ ...entry('WARN', 'Failing workflow task'), meta: { workflowId: 'w', error: new Error('boom') } });
    take({ ...entry('ERROR', 'gRPC call x retried 3 times, then given up'), meta: { target: 't', error: 'e' } });
    expect(lines).toEqual([
      { level: 40, workflowId: 'w', err: expect.objectContaining({ message: 'boom' }), msg: 'Failing workflow task' },
      { level: 50, target: 't', err: 'e', msg: 'gRPC call x retried 3 times, then given up' },
    ]);
  });
});

interface Line {
  readonly level: number;
  readonly msg: string;
}

function log() {
  const lines: Line[] = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const { clock, pass } = handClock();
  return { lines, take: sdkLog(logger, clock), pass };
}

/** Time passes by hand, for one timer at a time. */
function handClock() {
  let now = 0;
  let timer: { at: number; readonly ms: number; readonly what: () => void } | null = null;
  const clock: Clock = {
    now: () => now,
    after(ms, what) {
      const own = { at: now + ms, ms, what };
      timer = own;
      return {
        refresh() {
          own.at = now + own.ms;
        },
      };
    },
  };
  const pass = (ms: number) => {
    now += ms;
    if (timer === null || timer.at > now) return;
    const { what } = timer;
    timer = null;
    what();
  };
  return { clock, pass };
}

const entry = (level: LogEntry['level'], message: string): LogEntry => ({ level, message, timestampNanos: 0n });

const repetition = (call: string): LogEntry => ({
  ...entry('WARN', `gRPC call ${call} retried 6 times`),
  meta: { target: 'temporalio_client::retry', error: UNREACHABLE },
});
