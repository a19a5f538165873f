/**
 * The ticket workflow: a thin shell around the core. Handlers and timer call the same synchronous step; lanes make
 * deliveries and archive events beside it; results come back as inputs. Nothing in here knows a rule of any procedure.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  setHandler,
  sleep,
  workflowInfo,
  log,
} from '@temporalio/workflow';
import { agenda, advance, handle, nextDue, open } from '../domain/ticket/engine';
import type { Command, Delivery, Input, Receipt, Rejection, TicketEvent, TicketState } from '../domain/ticket/types';
import { Archive } from './archive';
import {
  agendaQuery,
  commandUpdate,
  factSignal,
  horizonUpdate,
  nudgeSignal,
  receiptSignal,
  stateQuery,
  rehearsalQuery,
  timelineQuery,
  TIMELINE_PAGE,
  toldSignal,
  viewQuery,
  type Carried,
  type RehearsalView,
  type TicketInput,
  type TicketView,
} from './messages';
import { Outbox } from './outbox';
import type { PinnedPack } from './pack-converter';
import { Questions } from './questions';
import { Shown } from './shown';
import { viewOf } from './view';

/** Events kept for the timeline query of a live ticket; the archive has them all. */
const RECENT = 500;
/** How long renewal waits for a moment with nothing under way; then what is under way is carried over as not yet done. */
const RENEW_WITHIN = '30 seconds';

const failure = (refused: Rejection): ApplicationFailure =>
  ApplicationFailure.nonRetryable(refused.message, refused.code, refused.details);

class TicketRun {
  state!: TicketState;
  log: TicketEvent[] = [];
  horizon: number | undefined;
  private readonly clockShift: number;
  /** In rehearsal: scripted receipts whose instant has not come. */
  private receipts: Receipt[] = [];
  private superseded: Delivery[] = [];
  private readonly outbox: Outbox;
  private readonly archive: Archive;
  private timer: { at: number; scope: CancellationScope } | undefined;
  private readonly questions: Questions;
  private readonly shown = new Shown();

  constructor(
    readonly pack: PinnedPack,
    readonly input: TicketInput,
  ) {
    this.horizon = input.rehearsal?.horizon;
    this.clockShift = input.rehearsal ? (input.rehearsal.clockShift ?? (input.opening?.at ?? 0) - Date.now()) : 0;
    this.archive = new Archive(input.id, pack.packHash, input.queues.store, () => [...agenda(pack.body, this.state)]);
    this.outbox = new Outbox({
      packHash: pack.packHash,
      queues: input.queues,
      settled: (receipt) => this.take(receipt),
      pageLeaves: () => this.archive.pageLeaves(),
      now: () => this.now(),
      rehearsed: this.rehearsed,
    });
    this.questions = new Questions({
      ticket: input.id,
      packHash: pack.packHash,
      queues: input.queues,
      awaited: ({ fact, key }) => this.state.asked?.[fact]?.key === key,
      answered: (answer) => {
        this.said({ kind: 'fact', answer });
        this.step();
      },
      now: () => this.now(),
    });
    this.begin();
  }

  /** The ticket's clock: the workflow's, shifted in a rehearsal to the scenario's time. */
  now(): number {
    return Date.now() + this.clockShift;
  }

  get rehearsed(): boolean {
    return this.horizon !== undefined;
  }

  private begin(): void {
    const { carried, opening, id, number } = this.input;
    if (carried) {
      this.log = carried.log ?? [];
      this.receipts = carried.receipts;
      this.state = carried.state;
      this.archive.add(carried.unarchived);
      this.superseded.push(...this.outbox.add(carried.outbox));
      this.questions.carry(carried.questions ?? []);
      return;
    }
    if (!opening) throw ApplicationFailure.nonRetryable('a ticket needs an opening', 'ESC_REQUEST_INVALID');
    const outcome = open(this.pack.body, opening.opening, {
      ...opening,
      id,
      number,
      recordedAt: this.now(),
      packHash: this.pack.packHash,
    });
    if (!outcome.ok) throw failure(outcome.rejection);
    this.state = outcome.state;
    this.record(outcome.events);
  }

  /** Events go to the archive and to lanes in the same workflow task; nothing is awaited, and nothing is sent before `step`. */
  private record(events: readonly TicketEvent[]): void {
    if (events.length === 0) return;
    this.log.push(...events);
    if (!this.rehearsed && this.log.length > RECENT) this.log = this.log.slice(-RECENT);
    const deliveries = events
      .filter((event) => event.type === 'delivery')
      .map((event) => event.data as unknown as Delivery)
      // In a rehearsal the driver hands over what goes to another ticket.
      .filter((delivery) => !this.rehearsed || delivery.channel !== 'ticket');
    this.superseded.push(...this.outbox.add(deliveries));
    if (this.rehearsed) return;
    this.archive.add(events);
    // In a rehearsal the driver answers.
    this.questions.add(events);
  }

  /** Process what is due, send what is to be sent, arm the one timer, say where the ticket stands. */
  step(): void {
    while (this.dropSuperseded() || this.doNext()) continue;
    this.outbox.flush();
    this.questions.flush();
    this.arm();
    if (!this.rehearsed) this.shown.update(this.state, this.wakeAt());
  }

  private dropSuperseded(): boolean {
    const dropped = this.superseded.shift();
    if (!dropped) return false;
    this.apply({
      kind: 'receipt',
      receipt: { key: dropped.key, outcome: 'dropped', at: this.now(), detail: 'superseded' },
    });
    return true;
  }

  /** Do what comes next, when it is time: a scripted receipt, or all that is due at one instant. Returns whether it was. */
  private doNext(): boolean {
    const until = this.limit();
    const at = this.wakeAt();
    if (until === undefined || at === undefined || at > until) return false;
    const receipt = this.receipts[0];
    if (receipt && receipt.at <= at) {
      this.receipts.shift();
      this.apply({ kind: 'receipt', receipt });
      return true;
    }
    const step = advance(this.pack.body, this.state, at, this.now());
    this.state = step.state;
    this.record(step.events);
    return true;
  }

  /** Up to when something may be done now. In rehearsal: not past the horizon, and not while a receipt is awaited. */
  private limit(): number | undefined {
    if (this.horizon === undefined) return this.now();
    if (!this.outbox.idle) return undefined;
    return Math.min(this.now(), this.horizon - 1);
  }

  private take(receipt: Receipt): void {
    if (this.rehearsed) {
      this.receipts.push(receipt);
      this.receipts.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    } else this.said({ kind: 'receipt', receipt });
    this.step();
  }

  /** What a machine says of its own instant: never later than now, or its clock would make things due before their time. */
  said(input: Exclude<Input, { kind: 'command' }>): void {
    if (this.rehearsed) this.apply(input);
    else if (input.kind === 'receipt')
      this.apply({ kind: 'receipt', receipt: { ...input.receipt, at: Math.min(input.receipt.at, this.now()) } });
    else if (input.kind === 'told')
      this.apply({ kind: 'told', told: { ...input.told, at: Math.min(input.told.at, this.now()) } });
    else this.apply({ kind: 'fact', answer: { ...input.answer, at: Math.min(input.answer.at, this.now()) } });
  }

  apply(input: Input): Rejection | undefined {
    const outcome = handle(this.pack.body, this.state, input, this.now());
    if (!outcome.ok) return outcome.rejection;
    this.state = outcome.state;
    this.record(outcome.events);
    return undefined;
  }

  /** A command's instant: within what has been recorded and now; only a rehearsal's driver may name the future. */
  stamped(command: Command): Command {
    const at = Math.max(this.state.at, this.rehearsed ? command.at : Math.min(command.at, this.now()));
    return at === command.at ? command : { ...command, at, givenAt: command.at };
  }

  private wakeAt(): number | undefined {
    const at = this.next();
    return at === undefined || (this.horizon !== undefined && at >= this.horizon) ? undefined : at;
  }

  /** When something falls due or, in a rehearsal, a scripted receipt comes. */
  private next(): number | undefined {
    const due = nextDue(this.pack.body, this.state);
    const receipt = this.receipts[0]?.at;
    return due === undefined ? receipt : receipt === undefined ? due : Math.min(due, receipt);
  }

  rehearsal(after: number): RehearsalView {
    const wake = this.next();
    const events = this.log.filter((event) => event.seq > after).slice(0, TIMELINE_PAGE);
    return { events, state: this.state, ...(wake === undefined ? {} : { wake }) };
  }

  private arm(): void {
    const at = this.limit() === undefined ? undefined : this.wakeAt();
    if (this.timer?.at === at) return;
    this.timer?.scope.cancel();
    this.timer = undefined;
    if (at === undefined) return;
    const scope = new CancellationScope();
    this.timer = { at, scope };
    void scope
      .run(() => this.wait(at))
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }

  private async wait(at: number): Promise<void> {
    await sleep(Math.max(1, at - this.now()), { summary: `next due of ${this.input.id}` });
    this.timer = undefined;
    this.step();
  }

  /** Whether everything before an instant has been done, its receipts included. */
  reached(horizon: number): boolean {
    const at = this.wakeAt();
    return this.outbox.idle && (at === undefined || at >= horizon);
  }

  /** In a rehearsal: the driver has yet to say what became of a word to another ticket. */
  private get awaitsDriver(): boolean {
    return this.rehearsed && Object.values(this.state.deliveries).some((one) => one.channel === 'ticket');
  }

  get finished(): boolean {
    return (
      this.state.ticket.status === 'closed' &&
      nextDue(this.pack.body, this.state) === undefined &&
      this.outbox.idle &&
      this.archive.idle &&
      this.receipts.length === 0 &&
      !this.awaitsDriver
    );
  }

  wantsRenewal(): boolean {
    const info = workflowInfo();
    return (
      info.continueAsNewSuggested ||
      info.targetWorkerDeploymentVersionChanged ||
      info.historyLength >= (this.input.renewAfterEvents ?? Infinity)
    );
  }

  /**
   * Wait for a moment with nothing under way; the ticket goes on meanwhile, for pages never wait. Where none comes (the
   * provider or PostgreSQL is away), what is under way is carried over: its key makes it the same delivery or batch again.
   */
  async readyToRenew(): Promise<void> {
    const quiet = (): boolean =>
      allHandlersFinished() && !this.outbox.busy && !this.questions.busy && this.archive.idle;
    if (quiet()) return;
    if (this.rehearsed) await condition(quiet);
    else if (!(await condition(quiet, RENEW_WITHIN)))
      await condition(() => allHandlersFinished() && !this.archive.holdsTask);
  }

  carried(): Carried {
    this.timer?.scope.cancel();
    const log = this.rehearsed ? { log: this.log } : {};
    const questions = this.questions.unanswered();
    return {
      state: this.state,
      outbox: this.outbox.unsettled(),
      ...(questions.length === 0 ? {} : { questions }),
      unarchived: this.archive.unarchived,
      receipts: this.receipts,
      ...log,
    };
  }

  rehearsalInput(): Pick<TicketInput, 'rehearsal'> {
    return this.horizon === undefined ? {} : { rehearsal: { horizon: this.horizon, clockShift: this.clockShift } };
  }

  view(): TicketView {
    return viewOf(this.pack.body, this.state);
  }
}

/** One ticket, from opening to the end of its agenda. */
export async function ticket(pack: PinnedPack, input: TicketInput): Promise<TicketView> {
  const run = new TicketRun(pack, input);
  setHandler(
    commandUpdate,
    (command) => {
      const refused = run.apply({ kind: 'command', command: run.stamped(command) });
      if (refused) throw failure(refused);
      run.step();
      return run.view();
    },
    {
      validator: (command: Command) => {
        const dry = handle(pack.body, run.state, { kind: 'command', command: run.stamped(command) }, run.now());
        if (!dry.ok) throw failure(dry.rejection);
      },
    },
  );
  // The one handler that waits: a rehearsal's driver asks for everything before an instant, and is told when it is done.
  setHandler(
    horizonUpdate,
    async (horizon: number) => {
      run.horizon = Math.max(run.horizon ?? 0, horizon);
      run.step();
      await condition(() => run.reached(horizon));
      return run.view();
    },
    {
      validator: (_horizon: number) => {
        if (!run.rehearsed)
          throw ApplicationFailure.nonRetryable('only a rehearsed ticket has a horizon', 'ESC_REQUEST_INVALID');
      },
    },
  );
  setHandler(receiptSignal, (receipt) => {
    run.said({ kind: 'receipt', receipt });
    run.step();
  });
  setHandler(factSignal, (answer) => {
    run.said({ kind: 'fact', answer });
    run.step();
  });
  setHandler(toldSignal, (told) => {
    run.said({ kind: 'told', told });
    run.step();
  });
  setHandler(nudgeSignal, () => run.step());
  setHandler(viewQuery, () => run.view());
  setHandler(agendaQuery, () => [...agenda(pack.body, run.state)]);
  setHandler(timelineQuery, (after, limit) => run.log.filter((event) => event.seq > after).slice(0, limit));
  setHandler(rehearsalQuery, (after) => run.rehearsal(after));
  setHandler(stateQuery, () => run.state);

  run.step();
  await condition(() => (run.finished && allHandlersFinished()) || run.wantsRenewal());
  if (!run.finished) await run.readyToRenew();
  if (run.finished) return run.view();
  const carried = run.carried();
  log.info('renewing', {
    seq: carried.state.seq,
    carriedDeliveries: carried.outbox.length,
    unarchived: carried.unarchived.length,
  });
  const { opening: _opening, ...rest } = input;
  const renew = makeContinueAsNewFunc<typeof ticket>(
    workflowInfo().targetWorkerDeploymentVersionChanged ? { initialVersioningBehavior: 'AUTO_UPGRADE' } : {},
  );
  return renew(pack, { ...rest, carried, ...run.rehearsalInput() });
}
