/** The typed client of tickets: the only place outside the workers that knows Temporal. */
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { auditOf } from '../domain/ticket/audit';
import { ERRORS, TocsinError, type ErrorCode } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import type { AgendaItem, Command, FactAnswer, Receipt, TicketEvent, TicketState, Told } from '../domain/ticket/types';
import {
  agendaQuery,
  commandUpdate,
  factSignal,
  nudgeSignal,
  receiptSignal,
  stateQuery,
  TIMELINE_PAGE,
  timelineQuery,
  toldSignal,
  viewQuery,
  type Queues,
  type TicketInput,
  type TicketView,
} from '../workflows/messages';
import type { PinnedPack } from '../workflows/pack-converter';

/** Pages, other deliveries and store work have slots of their own (design.md, decision 3). */
export const QUEUES: Queues = { pages: 'tocsin-pages', deliveries: 'tocsin-deliveries', store: 'tocsin-store' };
export const TICKET_QUEUE = 'tocsin-tickets';
/** How long a caller waits for a worker before it is told that the outcome is unknown (decision 14). */
const ANSWER_WITHIN_MS = 10_000;

export interface TicketClientOptions {
  taskQueue?: string;
  queues?: Queues;
  answerWithinMs?: number;
}

export class TicketClient {
  constructor(
    private readonly client: Client,
    private readonly options: TicketClientOptions = {},
  ) {}

  /**
   * Start a ticket's workflow with its opening as argument. Starting the same ticket again changes nothing.
   * Errors: ESC_ENGINE_UNAVAILABLE.
   */
  async start(packHash: string, input: Omit<TicketInput, 'queues'>): Promise<void> {
    const pinned: PinnedPack = { packHash, body: undefined as never };
    try {
      await this.client.workflow.start('ticket', {
        workflowId: input.id,
        taskQueue: this.options.taskQueue ?? TICKET_QUEUE,
        args: [pinned, { ...input, queues: this.options.queues ?? QUEUES }],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: input.id,
      });
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      throw translate(error, input.id);
    }
  }

  /**
   * Give a command. `command.id` makes a repeat harmless: the server answers a repeated id with the first answer.
   * Errors: the core's rejections by their code; ESC_OUTCOME_UNKNOWN when no worker answered in time.
   */
  async command(ticket: string, command: Command): Promise<TicketView> {
    const deadline = Date.now() + (this.options.answerWithinMs ?? ANSWER_WITHIN_MS);
    try {
      return await this.client.withDeadline(deadline, () =>
        this.client.workflow.getHandle(ticket).executeUpdate(commandUpdate, { args: [command], updateId: command.id }),
      );
    } catch (error) {
      const refused = translate(error, ticket);
      const note = auditOf(command, refused);
      // The attempt is noted where it can be; the refusal is what was asked for, and stands either way.
      if (note) await this.command(ticket, note).catch(() => undefined);
      throw refused;
    }
  }

  view(ticket: string): Promise<TicketView> {
    return this.call(ticket, (handle) => handle.query(viewQuery));
  }

  agenda(ticket: string): Promise<AgendaItem[]> {
    return this.call(ticket, (handle) => handle.query(agendaQuery));
  }

  /** Events after a sequence number that the workflow still holds, a page at most; the archive has all of them. */
  timeline(ticket: string, after = 0): Promise<TicketEvent[]> {
    return this.call(ticket, (handle) => handle.query(timelineQuery, after, TIMELINE_PAGE));
  }

  state(ticket: string): Promise<TicketState> {
    return this.call(ticket, (handle) => handle.query(stateQuery));
  }

  /** A machine's word of a delivery (a provider's webhook). */
  async receipt(ticket: string, receipt: Receipt): Promise<void> {
    await this.call(ticket, (handle) => handle.signal(receiptSignal, receipt));
  }

  /** An answer to a question of the ticket. */
  async fact(ticket: string, answer: FactAnswer): Promise<void> {
    await this.call(ticket, (handle) => handle.signal(factSignal, answer));
  }

  /** What another ticket says. */
  async told(ticket: string, told: Told): Promise<void> {
    await this.call(ticket, (handle) => handle.signal(toldSignal, told));
  }

  async nudge(ticket: string): Promise<void> {
    await this.call(ticket, (handle) => handle.signal(nudgeSignal));
  }

  private async call<T>(
    ticket: string,
    run: (handle: ReturnType<Client['workflow']['getHandle']>) => Promise<T>,
  ): Promise<T> {
    const deadline = Date.now() + (this.options.answerWithinMs ?? ANSWER_WITHIN_MS);
    try {
      return await this.client.withDeadline(deadline, () => run(this.client.workflow.getHandle(ticket)));
    } catch (error) {
      throw translate(error, ticket);
    }
  }
}

const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const UNAVAILABLE = 14;

/** Any failure of a call as an error of the catalogue. */
export function translate(error: unknown, ticket: string): TocsinError {
  if (error instanceof TocsinError) return error;
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message, details } = error.cause;
    const code = type && type in ERRORS ? (type as ErrorCode) : 'ESC_INTERNAL';
    return new TocsinError(code, message, (details?.[0] ?? {}) as JsonObject);
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return outcomeUnknown(ticket);
  if (error instanceof WorkflowNotFoundError) return gone(ticket);
  if (isGrpcServiceError(error)) {
    const code = Number(error.code);
    if (code === DEADLINE_EXCEEDED) return outcomeUnknown(ticket);
    if (code === NOT_FOUND) return gone(ticket);
    if (code === UNAVAILABLE)
      return new TocsinError('ESC_ENGINE_UNAVAILABLE', 'Temporal cannot be reached', { ticket });
  }
  const cause = error instanceof Error && 'cause' in error ? error.cause : undefined;
  if (cause !== undefined && isGrpcServiceError(cause)) return translate(cause, ticket);
  return new TocsinError('ESC_INTERNAL', error instanceof Error ? error.message : String(error), { ticket });
}

const outcomeUnknown = (ticket: string): TocsinError =>
  new TocsinError('ESC_OUTCOME_UNKNOWN', `no worker answered for ${ticket} in time; repeat with the same command id`, {
    ticket,
  });
/** No open run: never started, or ended and archived. Who asks knows from the store which of the two. */
const gone = (ticket: string): TocsinError =>
  new TocsinError('ESC_TICKET_ARCHIVED', `${ticket} has no running workflow any more`, { ticket });
