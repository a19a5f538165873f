import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { freePort, isPortFree } from '../../src/local/ports';
import { isAlive } from '../../src/local/processes';
import { ensureTemporal } from '../../src/local/temporal-binary';
import { hasTimeSkipping, startTemporal, type TemporalServer } from '../../src/local/temporal-server';
import { temporaryFolder } from '../support/stack';

const folder = temporaryFolder();
const running: TemporalServer[] = [];
let binary: string;

beforeAll(async () => {
  const choice = await ensureTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' } });
  if (choice.source === 'external') throw new Error('not external');
  binary = choice.path;
}, 600_000);

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});
afterAll(folder.remove);

async function start(changes: Partial<Parameters<typeof startTemporal>[0]> = {}): Promise<TemporalServer> {
  const logFile = join(folder.path, 'temporal.log');
  const server = await startTemporal({ binary, port: await freePort(), logFile, ...changes });
  running.push(server);
  return server;
}

async function connected<T>(server: TemporalServer, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

const startWorkflow = (connection: Connection, workflowId: string, extra: object = {}) =>
  connection.workflowService.startWorkflowExecution({
    namespace: 'tocsin-rehearsal',
    workflowId,
    workflowType: { name: 'none' },
    taskQueue: { name: 'none' },
    requestId: randomUUID(),
    ...extra,
  });

const SKIPPING = { timeSkippingConfig: { enabled: true } };

describe('the embedded Temporal server', () => {
  it('answers on 127.0.0.1 with its namespaces and search attributes, and is new enough to skip time', async () => {
    const server = await start();
    await connected(server, async (connection) => {
      for (const namespace of ['tocsin', 'tocsin-rehearsal']) {
        const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
        expect(Object.keys(customAttributes ?? {})).toEqual(
          expect.arrayContaining(['TicketPriority', 'TicketStatus', 'EscalationLevel', 'PolicyVersion', 'NextDueAt']),
        );
      }
      expect(await hasTimeSkipping(connection)).toMatchObject({ supported: true });
      await startWorkflow(connection, 'skipping', SKIPPING);
    });
  });

  it('refuses virtual time when it is started without', async () => {
    const server = await start({ timeSkipping: false });
    await connected(server, async (connection) => {
      await expect(startWorkflow(connection, 'skipping', SKIPPING)).rejects.toThrow(/time.?skipping/i);
      await startWorkflow(connection, 'plain');
    });
  });

  it('keeps workflows in a file across a restart, and across kill -9', async () => {
    const dbFile = join(folder.path, 'kept', 'temporal.db');
    const first = await start({ dbFile });
    await connected(first, (connection) => startWorkflow(connection, 'kept'));
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    expect(await isPortFree(Number(first.address.split(':')[1]))).toBe(true);
    const second = await start({ dbFile });
    process.kill(second.pid, 'SIGKILL');
    await second.exited;
    const third = await start({ dbFile });
    await connected(third, async (connection) => {
      const { workflowExecutionInfo } = await connection.workflowService.describeWorkflowExecution({
        namespace: 'tocsin-rehearsal',
        execution: { workflowId: 'kept' },
      });
      expect(workflowExecutionInfo?.type?.name).toBe('none');
    });
  });

  it('begins afresh with a database whose first start was broken off', async () => {
    const dbFile = join(folder.path, 'broken-off.db');
    writeFileSync(dbFile, '');
    const server = await start({ dbFile });
    await connected(server, (connection) => startWorkflow(connection, 'fresh'));
  });

  it('says why when it cannot start', async () => {
    const server = await start();
    const port = Number(server.address.split(':')[1]);
    await expect(start({ port })).rejects.toThrow(`Temporal did not start on 127.0.0.1:${port}`);
    await expect(start({ binary: '/nowhere/temporal' })).rejects.toThrow('ENOENT');
  });
});

describe('the check for virtual time', () => {
  it.each([
    ['1.31.2', false, 'Temporal server 1.31.2 cannot skip time: 1.32.0 or newer is needed'],
    ['1.32.1', true, 'Temporal server 1.32.1 can skip time.'],
    ['', false, 'of unknown version cannot skip time'],
  ])('of server %p answers %p', async (serverVersion, supported, message) => {
    const connection = { workflowService: { getSystemInfo: () => Promise.resolve({ serverVersion }) } };
    const support = await hasTimeSkipping(connection as unknown as Connection);
    expect(support.supported).toBe(supported);
    expect(support.message).toContain(message);
  });
});
