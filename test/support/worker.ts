/** Tickets on the real server with activities that record: what a ticket's workflow does, without store or providers. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Client, Connection } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { connect, dataConverter } from '../../src/client/connection';
import { TicketClient } from '../../src/client/tickets';
import type { CompiledPack } from '../../src/domain/policy/types';
import type { Command, Delivery, FactAnswer, Opening, Receipt, TicketEvent } from '../../src/domain/ticket/types';
import { hashOf } from '../../src/policies/load';
import { makeBundle } from '../../src/worker/bundle';
import { PackCodec } from '../../src/worker/pack-codec';
import type { ArchiveBatch, Question, TicketActivities, TicketInput } from '../../src/workflows/messages';
import { temporaryFolder } from './stack';

const ROOT = resolve(__dirname, '../..');
type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
export type HistoryEvent = NonNullable<History['events']>[number];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The bundle of today's workflow code; made once for all test files of a run. */
export async function workflowBundle(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['src/workflows', 'src/domain'].flatMap((one) => sources(join(ROOT, one))))
    hash.update(file).update(readFileSync(file));
  const path = join(tmpdir(), `tocsin-workflows-${hash.digest('hex').slice(0, 16)}.js`);
  if (existsSync(path)) return readFileSync(path, 'utf8');
  const { code } = await makeBundle();
  writeFileSync(`${path}.${process.pid}`, code);
  renameSync(`${path}.${process.pid}`, path);
  return code;
}

/** Nothing of the SDK's own log on the screen, unless it is an error that a test did not expect. */
export function quietRuntime(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), shutdownSignals: [] });
  } catch {
    // Installed by an earlier test of this process.
  }
}

/** What a ticket asked for, and what is to come back. */
export class Recorder implements TicketActivities {
  readonly pages: Delivery[] = [];
  readonly messages: Delivery[] = [];
  readonly archived = new Map<number, TicketEvent>();
  /** Real instants at which pages arrived. */
  readonly pagedAt: number[] = [];
  onPage: (delivery: Delivery) => Promise<Partial<Receipt> | void> = async () => undefined;
  onMessage: (delivery: Delivery) => Promise<Partial<Receipt> | void> = async () => undefined;
  onArchive: (batch: ArchiveBatch) => Promise<void> = async () => undefined;
  /** Questions to the outside, as they were put. */
  readonly questions: Question[] = [];
  onQuestion: (question: Question) => Promise<Partial<FactAnswer> | void> = async () => undefined;
  batches = 0;

  activities(): TicketActivities {
    return {
      deliverPage: (delivery) => {
        this.pagedAt.push(Date.now());
        return this.deliver(this.pages, this.onPage, delivery);
      },
      deliverMessage: (delivery) => this.deliver(this.messages, this.onMessage, delivery),
      archiveEvents: (batch) => this.archiveEvents(batch),
      answerQuestion: (question) => this.answerQuestion(question),
    };
  }
  answerQuestion = async (question: Question): Promise<FactAnswer> => {
    this.questions.push(question);
    const context = Context.current();
    const beats = setInterval(() => context.heartbeat(), 500);
    const said = (await this.onQuestion(question).finally(() => clearInterval(beats))) ?? {};
    return { fact: question.fact, key: question.key, at: Number.MAX_SAFE_INTEGER, ...said };
  };
  deliverPage = (delivery: Delivery): Promise<Receipt> => this.activities().deliverPage(delivery, '');
  deliverMessage = (delivery: Delivery): Promise<Receipt> => this.activities().deliverMessage(delivery, '');

  async archiveEvents(batch: ArchiveBatch): Promise<void> {
    this.batches++;
    await this.onArchive(batch);
    const last = Math.max(0, ...this.archived.keys());
    for (const event of batch.events) {
      if (event.seq > Math.max(last, ...this.archived.keys()) + 1)
        throw new Error(`event ${event.seq} came before the one in front of it`);
      this.archived.set(event.seq, event);
    }
  }

  /** The archive as events in order. */
  get events(): TicketEvent[] {
    return [...this.archived.values()].sort((a, b) => a.seq - b.seq);
  }

  private async deliver(
    list: Delivery[],
    answer: (delivery: Delivery) => Promise<Partial<Receipt> | void>,
    delivery: Delivery,
  ): Promise<Receipt> {
    list.push(delivery);
    const said = (await answer(delivery)) ?? {};
    return { key: delivery.key, outcome: 'delivered', at: Number.MAX_SAFE_INTEGER, provider: 'recorded', ...said };
  }
}

/** Waits until its worker shuts down or its attempt is given up: an outage that nothing answers. */
export const hang = (): Promise<never> => Context.current().cancelled;

export interface Bench {
  client: Client;
  tickets: TicketClient;
  /** The folder of published packs. */
  packs: string;
  /** The task queue of the last worker. */
  taskQueue: string;
  /** Publish a pack to the worker's disk; returns its hash. */
  publish(pack: CompiledPack): string;
  /** Start a worker that serves everything, on a task queue of its own; `again` takes the last one's place. */
  work(
    recorder: Recorder,
    options?: Partial<WorkerOptions> & { again?: boolean; encryptionKeys?: string },
  ): Promise<{ stop(): Promise<void> }>;
  open(
    pack: CompiledPack | string,
    opening?: Partial<Opening>,
    more?: Partial<TicketInput> & { at?: number },
  ): Promise<string>;
  give(ticket: string, name: string, fields?: Command['fields'], id?: string): ReturnType<TicketClient['command']>;
  history(ticket: string, runId?: string): Promise<HistoryEvent[]>;
  /** Events in the histories of all runs so far. */
  length(ticket: string): Promise<number>;
  /** Let virtual time pass for one ticket. */
  skip(ticket: string, ms: number): Promise<void>;
}

export const OPENING: Opening = {
  subject: 'Nothing loads',
  body: 'Since ten.',
  channel: 'email',
  customer: { name: 'Jane Smith', email: 'jane@example.com', plan: 'starter' },
};

/** A folder of packs and connections of a test file's own; everything is closed after it. Call it at the top of `describe`. */
export function workflowBench(settings: { encryptionKeys?: string } = {}): Bench {
  const running = new Set<{ stop(): Promise<void> }>();
  const opened: string[] = [];
  const closing: (() => unknown)[] = [];
  let client: Client;
  let native: NativeConnection;
  let code: string;
  let taskQueue = '';
  let skips = 0;

  beforeAll(async () => {
    // bin/test.js starts the server of all test files.
    const address = process.env['TOCSIN_TEST_TEMPORAL_ADDRESS'] ?? '';
    if (address === '') throw new Error('run these tests by node bin/test.js, or set TOCSIN_TEST_TEMPORAL_ADDRESS');
    quietRuntime();
    const folder = temporaryFolder();
    let connection: Connection;
    ({ client, connection } = await connect({ address, namespace: 'tocsin', ...settings }));
    native = await NativeConnection.connect({ address });
    code = await workflowBundle();
    closing.push(
      () => native.close(),
      () => connection.close(),
      () => folder.remove(),
    );
    Object.assign(bench, { client, packs: folder.path });
    useQueue();
  });
  afterAll(async () => {
    for (const id of opened)
      await client.workflow
        .getHandle(id)
        .terminate('test over')
        .catch(() => undefined);
    for (const worker of [...running]) await worker.stop();
    for (const close of closing) await close();
  });

  const queues = () => ({ pages: taskQueue, deliveries: taskQueue, store: taskQueue });
  function useQueue(): void {
    taskQueue = `test-${randomUUID()}`;
    bench.taskQueue = taskQueue;
    bench.tickets = new TicketClient(client, { taskQueue, queues: queues(), answerWithinMs: 20_000 });
  }

  const bench: Bench = {
    client: undefined as never,
    tickets: undefined as never,
    packs: '',
    taskQueue: '',
    publish(pack) {
      const hash = hashOf(pack, {});
      writeFileSync(join(bench.packs, `${hash}.json`), JSON.stringify(pack));
      return hash;
    },
    async work(recorder, { again = false, encryptionKeys = settings.encryptionKeys, ...options } = {}) {
      if (!again) useQueue();
      const worker = await Worker.create({
        connection: native,
        namespace: 'tocsin',
        taskQueue,
        workflowBundle: { code },
        dataConverter: dataConverter(encryptionKeys ? { encryptionKeys } : {}, [new PackCodec(bench.packs)]),
        activities: recorder.activities(),
        shutdownGraceTime: '100ms',
        ...options,
      });
      const ended = worker.run();
      const one = {
        async stop() {
          if (!running.delete(one)) return;
          worker.shutdown();
          await ended;
        },
      };
      running.add(one);
      return one;
    },
    async open(pack, opening = {}, { at = Date.now(), ...more } = {}) {
      const id = `T-${randomUUID()}`;
      opened.push(id);
      await bench.tickets.start(typeof pack === 'string' ? pack : bench.publish(pack), {
        id,
        number: '10001',
        opening: { opening: { ...OPENING, ...opening }, at },
        ...more,
      });
      return id;
    },
    give: (ticket, name, fields = {}, id = randomUUID()) =>
      bench.tickets.command(ticket, {
        id,
        name,
        at: Number.MAX_SAFE_INTEGER,
        by: { name: 'agent', kind: 'person' },
        fields,
      }),
    async history(ticket, runId) {
      return (await client.workflow.getHandle(ticket, runId).fetchHistory()).events ?? [];
    },
    async length(ticket) {
      let sum = 0;
      for (let runId: string | undefined; ;) {
        const events = await bench.history(ticket, runId);
        sum += events.length;
        runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
        if (!runId) return sum;
      }
    },
    async skip(ticket, ms) {
      const id = `skip-${++skips}`;
      const workflowExecution = { workflowId: ticket };
      await client.workflowService.updateWorkflowExecutionOptions({
        namespace: 'tocsin',
        workflowExecution,
        workflowExecutionOptions: {
          timeSkippingConfig: {
            enabled: true,
            maxSessionSkipCount: 100_000,
            fastForwardConfig: { id, duration: { seconds: Math.floor(ms / 1000) as never, nanos: (ms % 1000) * 1e6 } },
          },
        },
        updateMask: { paths: ['time_skipping_config'] },
      });
      await client.workflowService.pollWorkflowExecutionTimeSkipping({
        namespace: 'tocsin',
        workflowExecution,
        fastForwardId: id,
      });
    },
  };
  return bench;
}

/** Wait until something outside has come about; what it was goes into the failure. */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 20_000,
): Promise<Exclude<NonNullable<T>, false>> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found as Exclude<NonNullable<T>, false>;
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((next) => setTimeout(next, 20));
  }
}

export const typeOf = (event: HistoryEvent): string =>
  temporal.api.enums.v1.EventType[event.eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? '';
/** All bytes that Temporal stores of a ticket's events, as text to search in. */
export function rawText(events: HistoryEvent[]): string {
  return Buffer.from(temporal.api.history.v1.History.encode({ events }).finish()).toString('latin1');
}
