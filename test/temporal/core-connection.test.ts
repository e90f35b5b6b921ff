// The API's connection, through a gate in front of the real server that can be shut, cut, or made silent.
import { constants, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { createClient } from '../../src/temporal/connect';
import { coreConnection } from '../../src/temporal/core-connection';
import { GRPC, grpcCodeOf } from '../../src/temporal/grpc';
import { terminateLeftOpen } from '../support/left-open';
import { testTemporalAddress } from '../workflows/harness';

interface Gate {
  readonly address: string;
  /** New connections are refused, and those that are open are cut. */
  shut(): Promise<void>;
  reopen(): Promise<void>;
  /** Cuts what is open; new connections are let through. */
  cut(): void;
  /** What comes is swallowed, and nothing is answered. */
  silence(): void;
}

let gate: Gate;
let client: Client;
beforeEach(async () => {
  gate = await openGate();
  client = createClient({ isEmbedded: false, namespace: 'default', connection: { address: gate.address } });
});
afterEach(async () => {
  await client.connection.close();
  await gate.shut();
});

async function openGate(): Promise<Gate> {
  const [host = '', port = ''] = testTemporalAddress().split(':');
  const sockets = new Set<Socket>();
  let isSilent = false;
  let server: Server;
  const listen = (at: number) =>
    new Promise<number>((resolve) => {
      server = createServer((here) => {
        const there = connect(Number(port), host);
        for (const [one, other] of [
          [here, there],
          [there, here],
        ] as const) {
          sockets.add(one);
          one.on('data', (data) => void (isSilent || other.write(data)));
          one.on('error', () => undefined);
          one.on('close', () => {
            sockets.delete(one);
            other.destroy();
          });
        }
      });
      server.listen(at, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const own = await listen(0);
  return {
    address: `127.0.0.1:${own}`,
    cut,
    silence() {
      isSilent = true;
    },
    async shut() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
    async reopen() {
      await listen(own);
    },
  };
}

const describeRun = (workflowId: string) =>
  client.workflowService.describeWorkflowExecution({ namespace: 'default', execution: { workflowId } });
const within = <T>(millis: number, call: () => Promise<T>) => client.withDeadline(Date.now() + millis, call);
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: unknown) => grpcCodeOf(error),
  );
const start = (workflowId: string) =>
  client.workflow.start('none', { workflowId, taskQueue: 'nobody-polls', workflowIdReusePolicy: 'REJECT_DUPLICATE' });

describe('the connection of the API', () => {
  test("is made with the first call, and the server's answers and refusals come through", async () => {
    const workflowId = `core-connection-${Date.now()}`;
    const handle = await start(workflowId);
    expect((await describeRun(workflowId)).workflowExecutionInfo?.execution?.runId).toBe(handle.firstExecutionRunId);
    await expect(start(workflowId)).rejects.toThrow(WorkflowExecutionAlreadyStartedError);
    expect(await codeOf(describeRun('core-connection-none'))).toBe(GRPC.NOT_FOUND);
    await expect(client.workflow.getHandle('core-connection-none').describe()).rejects.toThrow(/not found/i);
    await terminateLeftOpen(handle);
  });

  test('while the server is away a call is UNAVAILABLE in about two seconds, and the next one after it is back succeeds', async () => {
    await gate.shut();
    expect(await codeOf(within(10_000, () => describeRun('x')))).toBe(GRPC.UNAVAILABLE);
    await gate.reopen();
    expect(await codeOf(within(10_000, () => describeRun('x')))).toBe(GRPC.NOT_FOUND);
    await gate.shut();
    expect(await codeOf(within(10_000, () => describeRun('x')))).toBe(GRPC.UNAVAILABLE);
    await gate.reopen();
    expect(await codeOf(within(10_000, () => describeRun('x')))).toBe(GRPC.NOT_FOUND);
  });

  test('while the server is away a call with little time is UNAVAILABLE too: what comes too late is not awaited', async () => {
    await gate.shut();
    const patient = coreConnection({ address: gate.address }, { isRetried: () => true, delayMs: () => 60_000 });
    const call = () => patient.workflowService.describeNamespace({ namespace: 'default' });
    expect(await codeOf(patient.withDeadline(Date.now() + 30_000, call))).toBe(GRPC.UNAVAILABLE);
    await patient.close();
    await gate.reopen();
  });

  test('a call under which the connection breaks is made again', async () => {
    await codeOf(describeRun('x'));
    const calls = Array.from({ length: 20 }, () => codeOf(within(10_000, () => describeRun('x'))));
    gate.cut();
    expect(await Promise.all(calls)).toEqual(calls.map(() => GRPC.NOT_FOUND));
  });

  test('a call ends by its deadline when nothing answers, before the connection stands and after', async () => {
    await codeOf(describeRun('x'));
    gate.silence();
    const ended = [GRPC.DEADLINE_EXCEEDED, GRPC.CANCELLED];
    expect(ended).toContain(await codeOf(within(300, () => describeRun('x'))));
    gate.cut();
    expect(ended).toContain(await codeOf(within(300, () => describeRun('x'))));
  });

  test('where nothing answers time is up, also for a call that outlives its connecting by a moment', async () => {
    gate.silence();
    gate.cut();
    expect(await codeOf(within(3_050, () => describeRun('x')))).toBe(GRPC.DEADLINE_EXCEEDED);
  });

  test('a call whose stream the server resets when its time is up is out of time: the connection stands', async () => {
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      if (String(headers[':path']).endsWith('/GetSystemInfo')) {
        stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        // An empty message.
        stream.end(Buffer.alloc(5));
      } else {
        setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), 950);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const other = createClient({ isEmbedded: false, namespace: 'default', connection: { address } });
    const ask = () => other.workflowService.getSystemInfo({});
    try {
      expect(await codeOf(other.withDeadline(Date.now() + 10_000, ask))).toBe('answered');
      const late = codeOf(other.withDeadline(Date.now() + 1_000, () => other.workflowService.describeNamespace({})));
      expect(await late).toBe(GRPC.DEADLINE_EXCEEDED);
    } finally {
      await other.connection.close();
      server.close();
    }
  });

  test('a call that comes to its turn after its deadline is not sent', async () => {
    const workflowId = `core-connection-late-${Date.now()}`;
    const late = within(30, async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      return start(workflowId);
    });
    expect(await codeOf(late)).toBe(GRPC.DEADLINE_EXCEEDED);
    expect(await codeOf(describeRun(workflowId))).toBe(GRPC.NOT_FOUND);
  });

  test('a call whose caller has given up is CANCELLED', async () => {
    gate.silence();
    const giveUp = new AbortController();
    const call = codeOf(client.withAbortSignal(giveUp.signal, () => describeRun('x')));
    giveUp.abort();
    expect(await call).toBe(GRPC.CANCELLED);
    expect(await codeOf(client.withAbortSignal(giveUp.signal, () => describeRun('x')))).toBe(GRPC.CANCELLED);
  });

  test('a call within two scopes is given up with either', async () => {
    gate.silence();
    for (const which of [0, 1]) {
      const giveUp = [new AbortController(), new AbortController()] as const;
      const [outer, inner] = giveUp;
      const call = codeOf(
        client.withAbortSignal(outer.signal, () => client.withAbortSignal(inner.signal, () => describeRun('x'))),
      );
      giveUp[which]?.abort();
      expect(await call).toBe(GRPC.CANCELLED);
    }
  });

  test('once closed it carries no call, whether it had been made before or not', async () => {
    const unused = createClient({ isEmbedded: false, namespace: 'default', connection: { address: gate.address } });
    await codeOf(describeRun('x'));
    for (const closed of [client, unused]) {
      await closed.connection.close();
      const call = closed.withDeadline(Date.now() + 300, () => closed.workflowService.getSystemInfo({}));
      expect([GRPC.UNAVAILABLE, GRPC.DEADLINE_EXCEEDED]).toContain(await codeOf(call));
    }
  });
});
