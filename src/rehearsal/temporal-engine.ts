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
import { inputInstant, refuseOpening } from '../domain/ticket/engine';
import type { Delivery, Input, Opening, Receipt, Rejection, TicketEvent } from '../domain/ticket/types';
import { bundlePath, makeBundle } from '../worker/bundle';
import { PackCodec } from '../worker/pack-codec';
import {
  commandUpdate,
  factSignal,
  horizonUpdate,
  receiptSignal,
  rehearsalQuery,
  TIMELINE_PAGE,
  toldSignal,
  type TicketInput,
} from '../workflows/messages';
import type { PinnedPack } from '../workflows/pack-converter';
import { conduct } from './conductor';
import type { Done, Order, Rehearsed } from './stage';
import { refusedOpening } from './core-engine';
import type { Plan } from './plan';

export const REHEARSAL_NAMESPACE = 'tocsin-rehearsal';
/** Skips are free; the default of 200 a session would end a long rehearsal. */
const SKIPS = 1_000_000;

/** Which ticket of which plan a workflow plays. */
interface Rehearsing {
  plan: Plan;
  name: string;
}

export interface RehearsalServer {
  client: Client;
  address: string;
  taskQueue: string;
  worlds: Map<string, Rehearsing>;
  close(): Promise<void>;
}

/** Activities of a rehearsal: the world answers, nothing leaves the machine. */
function recordingActivities(
  worlds: Map<string, Rehearsing>,
): Record<string, (delivery: Delivery) => Promise<Receipt>> {
  const record = async (delivery: Delivery): Promise<Receipt> => {
    const { workflowId } = Context.current().info.workflowExecution ?? {};
    const rehearsing = worlds.get(workflowId ?? '');
    if (!rehearsing) throw new Error(`no rehearsal ${workflowId ?? ''} runs here`);
    return rehearsing.plan.world.receipt(delivery, rehearsing.name);
  };
  return { deliverPage: record, deliverMessage: record };
}

/** Start a worker for rehearsals against a server. `packs` is the folder of published packs, `bundle` the code when made already. */
export async function openRehearsalServer(address: string, packs: string, bundle?: string): Promise<RehearsalServer> {
  const settings = { address, namespace: REHEARSAL_NAMESPACE };
  const { client, connection } = await connect(settings);
  await requireTimeSkipping(client);
  const taskQueue = `rehearsal-${randomUUID()}`;
  const worlds = new Map<string, Rehearsing>();
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
  const tickets: TemporalTicket[] = [];
  const play = async (order: Order): Promise<Done> => {
    if (order.do === 'open') {
      const ticket = new TemporalTicket(server, plan, order);
      tickets.push(ticket);
      return ticket.open(order.opening, order.number);
    }
    const ticket = tickets[order.ticket];
    if (!ticket) throw new Error(`no ticket ${order.ticket} was opened`);
    return order.do === 'run' ? ticket.run(order.to) : ticket.give(order.input);
  };
  const piece = conduct(plan);
  try {
    let step = piece.next();
    while (step.done !== true) step = piece.next(await play(step.value));
    return step.value;
  } catch (error) {
    throw refusedOpening(error);
  } finally {
    await Promise.all(tickets.map((ticket) => ticket.end()));
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

/** One ticket's workflow, with a virtual clock of its own that is moved from one instant of the piece to the next. */
class TemporalTicket {
  // Unique a run; the ticket's own id, which keys of deliveries hold, is the same on both engines.
  private readonly workflowId = `rehearsal-${randomUUID()}`;
  private virtual: number;
  private skips = 0;
  private seq = 0;

  constructor(
    private readonly server: RehearsalServer,
    private readonly plan: Plan,
    private readonly place: { id: string; at: number },
  ) {
    this.virtual = place.at;
    const name = plan.tickets.find((one) => one.id === place.id)?.name ?? place.id;
    server.worlds.set(this.workflowId, { plan, name });
  }

  private get client(): Client {
    return this.server.client;
  }

  private get handle() {
    return this.client.workflow.getHandle(this.workflowId);
  }

  async open(opening: Opening, number: string): Promise<Done> {
    const { taskQueue } = this.server;
    const { id, at } = this.place;
    // The workflow opens its ticket in its first task; a refusal would end it, so it is asked for beforehand.
    const refused = refuseOpening(this.plan.pack, opening);
    if (refused) return { events: [], state: undefined as never, rejection: refused };
    const pinned: PinnedPack = { packHash: this.plan.packHash, body: undefined as never };
    const input: TicketInput = {
      id,
      number,
      opening: { opening, at, ...(this.plan.shares ? { shares: this.plan.shares } : {}) },
      queues: { pages: taskQueue, deliveries: taskQueue, store: taskQueue },
      rehearsal: { horizon: at },
    };
    await startSkipping(this.client, this.workflowId, taskQueue, [pinned, input]);
    await this.reach(at);
    return this.look();
  }

  /** Everything the ticket did since the last look, and when it will do something by itself. */
  private async look(): Promise<Done> {
    const events: TicketEvent[] = [];
    for (;;) {
      const seen = await this.handle.query(rehearsalQuery, this.seq);
      events.push(...seen.events);
      this.seq = events.at(-1)?.seq ?? this.seq;
      if (seen.events.length < TIMELINE_PAGE)
        return { events, state: seen.state, ...(seen.wake === undefined ? {} : { wake: seen.wake }) };
    }
  }

  async give(input: Input): Promise<Done> {
    await this.reach(inputInstant(input));
    const { handle } = this;
    let rejection: Rejection | undefined;
    if (input.kind === 'command') {
      const { command } = input;
      rejection = await this.refusal(() =>
        handle.executeUpdate(commandUpdate, { args: [command], updateId: command.id }),
      );
    } else if (input.kind === 'fact') await this.whileOpen(() => handle.signal(factSignal, input.answer));
    else if (input.kind === 'told') await this.whileOpen(() => handle.signal(toldSignal, input.told));
    else await this.whileOpen(() => handle.signal(receiptSignal, input.receipt));
    // The horizon again, at the same instant: it is reached once what was just given has been taken.
    await this.reach(inputInstant(input));
    const done = await this.look();
    return rejection ? { ...done, rejection } : done;
  }

  async run(to: number): Promise<Done> {
    await this.reach(to + 1);
    return this.look();
  }

  async end(): Promise<void> {
    await this.handle.terminate('rehearsal over').catch(() => undefined);
    this.server.worlds.delete(this.workflowId);
  }

  private async refusal(run: () => Promise<unknown>): Promise<Rejection | undefined> {
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
