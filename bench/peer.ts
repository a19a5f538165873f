/** The peer protocol of the design: N tickets over 30 s, three levels a minute apart; lateness at a sink, CPU, history. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { openTicket } from '../src/store/opening';
import { markStarted } from '../src/store/ticket';
import { clientOf, cpuSeconds, startParts, type Parts } from './parts';
import { startSink, type Sink } from './sink';
import { until, wait } from './statistics';

export const OPENED_OVER_MS = 30_000;
const APART_MS = 60_000;

export interface PeerResult {
  /** Lateness by level, ms. */
  lateness: number[][];
  /** CPU milliseconds a notification: server, worker. */
  cpu: { server: number; worker: number };
  historyEvents: number;
  historyBytes: number;
  /** Tickets a second, opened at once, until their first page has arrived. */
  burstPerSecond: number;
  arrived: number;
  expected: number;
}

type Start = (i: number, at: number) => Promise<string>;

function opening(i: number) {
  return {
    subject: `Ticket ${i}`,
    body: '',
    channel: 'api' as const,
    priority: 'P1',
    customer: { name: `Customer ${i}`, email: `c${i}@example.com`, plan: 'enterprise' },
  };
}

async function measure(
  parts: Parts,
  sink: Sink,
  levels: number,
  n: number,
  workerPid: number,
  start: Start,
  historyOf: (id: string) => Promise<{ events: number; bytes: number }>,
  say: (text: string) => void,
): Promise<PeerResult> {
  const burst = await burstOf(sink, Math.min(n, 200), start);
  say(`  burst: ${burst.toFixed(0)} tickets/s to the first page`);
  // Let the burst's later levels pass by before lateness is measured.
  await wait((levels - 1) * APART_MS + 5_000);
  sink.arrivals.length = 0;
  const before = { server: cpuSeconds(parts.pid('temporal')), worker: cpuSeconds(workerPid) };
  const opened = new Map<string, number>();
  const began = Date.now();
  const starting: Promise<void>[] = [];
  for (let i = 0; i < n; i++) {
    const due = began + (i * OPENED_OVER_MS) / n;
    if (due > Date.now()) await wait(due - Date.now());
    const at = Date.now();
    starting.push(start(1_000_000 + i, at).then((id) => void opened.set(id, at)));
  }
  await Promise.all(starting);
  await until(() => sink.arrivals.length >= n * levels, (levels - 1) * APART_MS + OPENED_OVER_MS + 60_000);
  const spent = {
    server: cpuSeconds(parts.pid('temporal')) - before.server,
    worker: cpuSeconds(workerPid) - before.worker,
  };
  const lateness = Array.from({ length: levels }, (_, i) =>
    sink.arrivals
      .filter((one) => one.level === i + 1 && opened.has(one.ticket))
      .map((one) => one.at - ((opened.get(one.ticket) ?? 0) + i * APART_MS)),
  );
  const sample = await historyOf([...opened.keys()][0] ?? '');
  const count = sink.arrivals.length;
  return {
    lateness,
    cpu: { server: (spent.server * 1000) / count, worker: (spent.worker * 1000) / count },
    historyEvents: sample.events,
    historyBytes: sample.bytes,
    burstPerSecond: burst,
    arrived: new Set(sink.arrivals.map((one) => one.key)).size,
    expected: n * levels,
  };
}

async function burstOf(sink: Sink, n: number, start: Start): Promise<number> {
  const began = Date.now();
  const seen = sink.arrivals.length;
  await Promise.all(Array.from({ length: n }, (_, i) => start(i, Date.now())));
  await until(() => sink.arrivals.length - seen >= n, 120_000, 20);
  return n / ((Date.now() - began) / 1000);
}

async function historyOf(
  client: Awaited<ReturnType<typeof clientOf>>['client'],
  id: string,
): Promise<{ events: number; bytes: number }> {
  const described = await client.workflow.getHandle(id).describe();
  return { events: described.historyLength, bytes: Number(described.historySize ?? 0) };
}

/** Tocsin itself. */
export async function peerOfTocsin(n: number, say: (text: string) => void): Promise<PeerResult> {
  const sink = await startSink();
  const parts = await startParts({ pack: join(__dirname, '..', '..', 'bench', 'packs', 'peer'), sinkUrl: sink.url });
  const { tickets, client, close } = await clientOf(parts);
  try {
    const start: Start = async (i, at) => {
      const { row } = await openTicket(parts.pool, {
        opening: opening(i),
        packId: parts.packId,
        packHash: parts.packHash,
        receivedAt: at,
        now: at,
      });
      await tickets.start(row.packHash, { id: row.id, number: row.number, opening: { opening: row.opening, at } });
      await markStarted(parts.pool, row.id);
      return row.id;
    };
    return await measure(parts, sink, 3, n, parts.pid('worker'), start, (id) => historyOf(client, id), say);
  } finally {
    await close();
    await parts.close();
    await sink.close();
  }
}

/** The floor: a bare workflow with the same timers and activities. */
export async function peerOfBare(n: number, say: (text: string) => void): Promise<PeerResult> {
  const sink = await startSink();
  const parts = await startParts({ pack: join(__dirname, '..', '..', 'bench', 'packs', 'peer'), sinkUrl: sink.url });
  parts.kill('worker', 'SIGKILL');
  const worker = spawn(process.execPath, [join(__dirname, 'bare-worker.js')], {
    env: {
      ...process.env,
      DATABASE_URL: parts.databaseUrl,
      TEMPORAL_ADDRESS: parts.temporalAddress,
      PAGE_WEBHOOK_URL: sink.url,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve) => worker.stdout.once('data', resolve));
  const { client, close } = await clientOf(parts);
  try {
    const start: Start = async (i, at) => {
      const id = `bare-${i}`;
      await client.workflow.start('bare', { workflowId: id, taskQueue: 'bare', args: [id, at, 3, APART_MS] });
      return id;
    };
    return await measure(parts, sink, 3, n, worker.pid ?? 0, start, (id) => historyOf(client, id), say);
  } finally {
    worker.kill('SIGKILL');
    await close();
    await parts.close();
    await sink.close();
  }
}
