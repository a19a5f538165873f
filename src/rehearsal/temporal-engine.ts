/**
 * The rehearsal on a real Temporal server in virtual time: the ticket workflow itself, its timers, updates and activities.
 * Deliveries are recorded by the scripted world instead of being sent. The driver moves a horizon from one instant of the
 * script to the next, so that a command given at the very instant of a due item comes first, however fast the machine is.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { WorkflowUpdateStage } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { google } from '@temporalio/proto';
import { connect, dataConverter } from '../client/connection';
import { translate } from '../client/tickets';
import { TocsinError } from '../domain/errors';
import type { Delivery, Receipt, Rejection, TicketEvent } from '../domain/ticket/types';
import { bundlePath, makeBundle } from '../worker/bundle';
import { PackCodec } from '../worker/pack-codec';
import {
  commandUpdate,
  factSignal,
  horizonUpdate,
  stateQuery,
  TIMELINE_PAGE,
  timelineQuery,
  type TicketInput,
} from '../workflows/messages';
import type { PinnedPack } from '../workflows/pack-converter';
import { ended, type Rehearsed, type Refusal } from './core-engine';
import type { Plan } from './plan';

export const REHEARSAL_NAMESPACE = 'tocsin-rehearsal';
/** Skips are free; the default of 200 a session would end a long rehearsal. */
const SKIPS = 1_000_000;

export interface RehearsalServer {
  client: Client;
  address: string;
  taskQueue: string;
  worlds: Map<string, Plan>;
  close(): Promise<void>;
}

/** Activities of a rehearsal: the world answers, nothing leaves the machine. */
function recordingActivities(worlds: Map<string, Plan>): Record<string, (delivery: Delivery) => Promise<Receipt>> {
  const record = async (delivery: Delivery): Promise<Receipt> => {
    const { workflowId } = Context.current().info.workflowExecution ?? {};
    const plan = worlds.get(workflowId ?? '');
    if (!plan) throw new Error(`no rehearsal ${workflowId ?? ''} runs here`);
    return plan.world.receipt(delivery);
  };
  return { deliverPage: record, deliverMessage: record };
}

/** Start a worker for rehearsals against a server. `packs` is the folder of published packs, `bundle` the code when made already. */
export async function openRehearsalServer(address: string, packs: string, bundle?: string): Promise<RehearsalServer> {
  const settings = { address, namespace: REHEARSAL_NAMESPACE };
  const { client, connection } = await connect(settings);
  await requireTimeSkipping(client);
  const taskQueue = `rehearsal-${randomUUID()}`;
  const worlds = new Map<string, Plan>();
  installQuietRuntime();
  const native = await NativeConnection.connect({ address });
  const code = bundle ?? (await readFile(bundlePath(), 'utf8').catch(async () => (await makeBundle()).code));
  const worker = await Worker.create({
    connection: native,
    namespace: REHEARSAL_NAMESPACE,
    taskQueue,
    workflowBundle: { code },
    dataConverter: dataConverter({}, [new PackCodec(packs)]),
    activities: recordingActivities(worlds),
    maxConcurrentActivityTaskExecutions: 20,
    shutdownGraceTime: '2s',
  });
  const running = worker.run();
  return {
    client,
    address,
    taskQueue,
    worlds,
    async close() {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
    },
  };
}

function installQuietRuntime(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  } catch {
    // A runtime that this process installed before serves as well.
  }
}

/** A clear refusal where the server cannot skip time for one workflow (Temporal before 1.32, or the feature is off). */
async function requireTimeSkipping(client: Client): Promise<void> {
  const info = await client.workflowService.getSystemInfo({});
  const [major = 0, minor = 0] = (info.serverVersion ?? '').split('.').map(Number);
  if (major > 1 || (major === 1 && minor >= 32)) return;
  throw new TocsinError(
    'ESC_ENGINE_UNAVAILABLE',
    `virtual time needs Temporal server 1.32 or newer; this one is ${info.serverVersion ?? 'unknown'}. Use --engine core`,
    {},
  );
}

const durationOf = (ms: number): google.protobuf.IDuration => ({
  seconds: Math.floor(ms / 1000) as never,
  nanos: (ms % 1000) * 1_000_000,
});

/** Play one plan on the server. Several may run at once: each workflow has its own virtual clock. */
export async function rehearseOnTemporal(plan: Plan, server: RehearsalServer): Promise<Rehearsed> {
  const { client, taskQueue } = server;
  const { scenario } = plan;
  // Unique a run; the ticket's own id, which keys of deliveries hold, is the same on both engines.
  const workflowId = `rehearsal-${randomUUID()}`;
  server.worlds.set(workflowId, plan);
  const pinned: PinnedPack = { packHash: plan.packHash, body: undefined as never };
  const first = plan.inputs[0]?.at ?? scenario.untilAt + 1;
  const input: TicketInput = {
    id: plan.ticketId,
    number: '10001',
    opening: { opening: scenario.ticket as never, at: scenario.openedAt },
    queues: { pages: taskQueue, deliveries: taskQueue, store: taskQueue },
    rehearsal: { horizon: first },
  };
  await startSkipping(client, workflowId, taskQueue, [pinned, input]);
  const driver = new Driver(client, workflowId, scenario.openedAt);
  try {
    return await driver.play(plan);
  } finally {
    await client.workflow
      .getHandle(workflowId)
      .terminate('rehearsal over')
      .catch(() => undefined);
    server.worlds.delete(workflowId);
  }
}

async function startSkipping(
  client: Client,
  workflowId: string,
  taskQueue: string,
  args: [PinnedPack, TicketInput],
): Promise<void> {
  const { payloadConverter } = client.options.loadedDataConverter;
  const payloads = args.map((arg) => payloadConverter.toPayload(arg));
  await client.workflowService.startWorkflowExecution({
    namespace: REHEARSAL_NAMESPACE,
    workflowId,
    workflowType: { name: 'ticket' },
    taskQueue: { name: taskQueue },
    input: { payloads },
    requestId: randomUUID(),
    identity: 'tocsin-rehearsal',
    timeSkippingConfig: { enabled: false },
  });
}

class Driver {
  private virtual = 0;
  private skips = 0;
  private readonly handle;

  constructor(
    private readonly client: Client,
    private readonly workflowId: string,
    openedAt: number,
  ) {
    this.handle = client.workflow.getHandle(workflowId);
    this.virtual = openedAt;
  }

  async play(plan: Plan): Promise<Rehearsed> {
    const refusals: Refusal[] = [];
    const queue = [...plan.inputs];
    for (let next = queue.shift(); next; next = queue.shift()) {
      await this.reach(next.at);
      if (next.input.kind === 'command') {
        const { command } = next.input;
        const refused = await this.give(() =>
          this.handle.executeUpdate(commandUpdate, { args: [command], updateId: command.id }),
        );
        if (refused)
          refusals.push({
            at: next.at,
            command: command.name,
            rejection: refused.code === 'ESC_TICKET_ARCHIVED' ? ended(plan.ticketId) : refused,
          });
      } else if (next.input.kind === 'fact') {
        const { answer } = next.input;
        await this.whileOpen(() => this.handle.signal(factSignal, answer));
      }
    }
    await this.reach(plan.scenario.untilAt + 1);
    const events: TicketEvent[] = [];
    for (let page: TicketEvent[] | undefined; page === undefined || page.length === TIMELINE_PAGE;) {
      page = await this.handle.query(timelineQuery, events.at(-1)?.seq ?? 0, TIMELINE_PAGE);
      events.push(...page);
    }
    return { events, state: await this.handle.query(stateQuery), refusals };
  }

  private async give(run: () => Promise<unknown>): Promise<Rejection | undefined> {
    try {
      await run();
      return undefined;
    } catch (error) {
      const known = translate(error, this.workflowId);
      if (
        known.code === 'ESC_INTERNAL' ||
        known.code === 'ESC_OUTCOME_UNKNOWN' ||
        known.code === 'ESC_ENGINE_UNAVAILABLE'
      )
        throw error;
      return { code: known.code, message: known.message, details: known.details };
    }
  }

  /** A ticket that has ended has done everything before any instant, and no longer takes part. */
  private async whileOpen(run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (translate(error, this.workflowId).code !== 'ESC_TICKET_ARCHIVED') throw error;
    }
  }

  /** Let the ticket do everything before an instant, in virtual time. */
  private async reach(at: number): Promise<void> {
    await this.whileOpen(async () => {
      const moved = await this.handle.startUpdate(horizonUpdate, {
        args: [at],
        waitForStage: WorkflowUpdateStage.ACCEPTED,
      });
      const ahead = at - this.virtual;
      if (ahead > 0) await this.whileOpen(() => this.skip(ahead));
      await moved.result();
    });
  }

  private async skip(ms: number): Promise<void> {
    const id = `to-${++this.skips}`;
    const workflowExecution = { workflowId: this.workflowId };
    await this.client.workflowService.updateWorkflowExecutionOptions({
      namespace: REHEARSAL_NAMESPACE,
      workflowExecution,
      workflowExecutionOptions: {
        timeSkippingConfig: {
          enabled: true,
          maxSessionSkipCount: SKIPS,
          fastForwardConfig: { id, duration: durationOf(ms) },
        },
      },
      updateMask: { paths: ['time_skipping_config'] },
    });
    await this.client.workflowService.pollWorkflowExecutionTimeSkipping({
      namespace: REHEARSAL_NAMESPACE,
      workflowExecution,
      fastForwardId: id,
    });
    this.virtual += ms;
  }
}
