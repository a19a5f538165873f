/** What stands on the stage of a rehearsal: its tickets, what they hear of each other, and what an engine is asked to do. */
import {
  answerOf,
  concerned,
  correlate,
  factsAt,
  isDone,
  summaryOf,
  type TicketSummary,
} from '../domain/ticket/correlate';
import type { CompiledPack, FactDef } from '../domain/policy/types';
import type { Delivery, Input, Opening, Receipt, Rejection, TicketEvent, TicketState } from '../domain/ticket/types';
import { dayOf, idOf } from './ticket-ids';
import type { Plan, PlannedInput, PlannedTicket } from './plan';

/** What an engine is asked to do with one ticket; `ticket` is its place in the order of openings. */
export type Order =
  | { do: 'open'; ticket: number; id: string; number: string; opening: Opening; at: number }
  | { do: 'give'; ticket: number; input: Input }
  /** Everything by itself up to and including an instant: what falls due, and receipts that come. */
  | { do: 'run'; ticket: number; to: number };

/** What became of it. */
export interface Done {
  /** New events, in order. */
  events: TicketEvent[];
  state: TicketState;
  /** The next instant at which the ticket does something by itself. */
  wake?: number;
  rejection?: Rejection;
}

export interface Refusal {
  at: number;
  command: string;
  /** The name of the ticket that refused. */
  ticket: string;
  rejection: Rejection;
}

/** One ticket of a rehearsal. */
export interface RehearsedTicket {
  id: string;
  /** What the scenario calls it; one that was opened by a rule is called by its kind and key. */
  name: string;
  kind: string;
  openedAt: number;
  events: TicketEvent[];
  state: TicketState;
}

export interface Rehearsed {
  tickets: RehearsedTicket[];
  /** Of the first ticket. */
  events: TicketEvent[];
  state: TicketState;
  refusals: Refusal[];
}

/** What a command gets once its ticket has ended. */
export const ended = (ticket: string): Rejection => ({
  code: 'ESC_TICKET_ARCHIVED',
  message: `${ticket} has no running workflow any more`,
  details: { ticket },
});

/** A ticket with what is on its way to it and from it. */
export interface Player extends RehearsedTicket {
  wake: number;
  /** Facts and words for it, in the order in which they arose. */
  heard: Input[];
  /** Its deliveries to other tickets, with the instant at which each arrives. */
  underway: { at: number; delivery: Delivery; receipt: Receipt }[];
  summary: TicketSummary;
}

/** The tickets of a rehearsal and what they mean to each other: facts over several, words, openings that are planned. */
export class Stage {
  readonly players: Player[] = [];
  readonly refusals: Refusal[] = [];
  readonly inputs: PlannedInput[];
  readonly openings: PlannedTicket[];
  readonly calendar: Plan['calendar'];
  private readonly answered = new Map<string, string>();
  private readonly days = new Map<string, number>();

  constructor(readonly plan: Plan) {
    this.inputs = [...plan.inputs];
    this.openings = [...plan.tickets];
    this.calendar = [...plan.calendar];
    for (const { openedAt } of plan.tickets) this.nextId(dayOf(openedAt));
  }

  get pack(): CompiledPack {
    return this.plan.pack;
  }

  nextId(day: string): string {
    const n = (this.days.get(day) ?? 0) + 1;
    this.days.set(day, n);
    return idOf(day, n);
  }

  /** A ticket that does nothing any more, and takes nothing (design.md, decision 13). */
  over(player: Player): boolean {
    return player.state.ticket.status === 'closed' && player.wake === Infinity && player.underway.length === 0;
  }

  find(id: string): Player | undefined {
    return this.players.find((player) => player.id === id);
  }

  /** The ticket a script means: by its name, its id, or the newest of a kind (and key). */
  named(name: string): Player | undefined {
    return (
      this.players.find((player) => player.name === name || player.id === name) ??
      this.players.findLast((player) => player.kind === name || callOf(player.state) === name)
    );
  }

  /** The open ticket of a kind and key. Resolved ones count as over: a new occasion opens a new ticket. */
  openOf(kind: string, key: string): Player | undefined {
    if (key === '') return undefined;
    return this.players.find(
      (player) => player.kind === kind && player.state.ticket['key'] === key && !isDone(player.summary),
    );
  }

  /** Take over what an engine did, and find what it means to the others. */
  took(player: Player, done: Done, at: number): void {
    const before = player.events.length === 0 ? undefined : player.summary;
    player.state = done.state;
    player.wake = done.wake ?? Infinity;
    player.summary = summaryOf(done.state);
    player.heard.push(...this.plan.answersTo(player.name, done.events));
    for (const event of done.events) {
      player.events.push(event);
      if (event.type !== 'delivery' || event.data['channel'] !== 'ticket') continue;
      const delivery = event.data as unknown as Delivery;
      const receipt = this.plan.world.receipt(delivery, player.name);
      player.underway.push({ at: receipt.at, delivery, receipt });
    }
    player.underway.sort((a, b) => a.at - b.at);
    if (done.events.length > 0) this.ask(player, before, at);
  }

  /** Facts over tickets: at an opening, and again where a watched one changes. */
  private ask(player: Player, before: TicketSummary | undefined, at: number): void {
    const others = this.players.map((one) => one.summary);
    const cause = `${player.id}/${player.state.seq}`;
    if (!before) for (const fact of factsAt(this.pack, player.kind)) this.answer(fact, player, at, cause);
    for (const fact of Object.values(this.pack.facts)) {
      for (const id of concerned(this.pack, fact, before, player.summary, others, at)) {
        const one = this.find(id);
        if (one) this.answer(fact, one, at, cause);
      }
    }
  }

  private answer(fact: FactDef, player: Player, at: number, cause: string): void {
    if (this.plan.scripted(fact.name, player.name)) return;
    const found = correlate(
      this.pack,
      fact,
      player.summary,
      this.players.map((one) => one.summary),
      at,
    );
    const text = JSON.stringify(found);
    const key = `${player.id} ${fact.name}`;
    if (this.answered.get(key) === text) return;
    this.answered.set(key, text);
    const answer = answerOf(fact, found, at, `${fact.name}:${cause}`);
    player.heard.push({ kind: 'fact', answer });
  }
}

/** How a ticket that a rule opened is called: its kind and key, or its kind alone. */
export function callOf(state: TicketState): string {
  const { kind, key } = state.ticket;
  return typeof key === 'string' && key !== '' ? `${String(kind)}:${key}` : String(kind);
}
