/** The rehearsal as a plain loop over the core: nothing else runs, so two days take milliseconds. */
import { TocsinError } from '../domain/errors';
import { advance, handle, inputInstant, nextDue, open } from '../domain/ticket/engine';
import type { Delivery, Input, Receipt, TicketEvent, TicketState } from '../domain/ticket/types';
import { conduct, OpeningRefused } from './conductor';
import type { Done, Order, Rehearsed } from './stage';
import type { Plan } from './plan';

export { ended, type Rehearsed, type RehearsedTicket, type Refusal } from './stage';

/** Receipts in a total order: instant, then key. */
export const byInstantAndKey = (a: Receipt, b: Receipt): number =>
  a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** One ticket on the core, with the receipts of its deliveries that have not come yet. */
class CoreTicket {
  private receipts: Receipt[] = [];

  constructor(
    readonly plan: Plan,
    readonly name: string,
    private state: TicketState,
  ) {}

  private keep(events: readonly TicketEvent[]): void {
    for (const event of events) {
      // What goes to another ticket is handed over by the conductor.
      if (event.type === 'delivery' && event.data['channel'] !== 'ticket')
        this.receipts.push(this.plan.world.receipt(event.data as unknown as Delivery, this.name));
    }
    this.receipts.sort(byInstantAndKey);
  }

  done(events: TicketEvent[]): Done {
    this.keep(events);
    const wake = this.wake();
    return { events, state: this.state, ...(wake === Infinity ? {} : { wake }) };
  }

  private wake(): number {
    return Math.min(this.receipts[0]?.at ?? Infinity, nextDue(this.plan.pack, this.state) ?? Infinity);
  }

  give(input: Input, at: number): Done {
    const outcome = handle(this.plan.pack, this.state, input, at);
    if (!outcome.ok) return { ...this.done([]), rejection: outcome.rejection };
    this.state = outcome.state;
    return this.done(outcome.events);
  }

  run(to: number): Done {
    const events: TicketEvent[] = [];
    for (let at = this.wake(); at <= to; at = this.wake()) {
      const receipt = this.receipts[0];
      const step = receipt && receipt.at <= at ? this.settle() : advance(this.plan.pack, this.state, at, at);
      this.state = step.state;
      this.keep(step.events);
      events.push(...step.events);
    }
    const wake = this.wake();
    return { events, state: this.state, ...(wake === Infinity ? {} : { wake }) };
  }

  private settle(): { state: TicketState; events: TicketEvent[] } {
    const receipt = this.receipts.shift();
    if (!receipt) return { state: this.state, events: [] };
    const outcome = handle(this.plan.pack, this.state, { kind: 'receipt', receipt }, receipt.at);
    return outcome.ok ? outcome : { state: this.state, events: [] };
  }
}

const EMPTY = { events: [], state: undefined as never };

/** Play a plan. Throws the catalogue's error when the opening itself is refused. */
export function rehearseOnCore(plan: Plan): Rehearsed {
  const tickets: CoreTicket[] = [];
  const play = (order: Order): Done => {
    if (order.do === 'open') {
      const { id, number, at, opening } = order;
      const outcome = open(plan.pack, opening, {
        id,
        number,
        at,
        recordedAt: at,
        packHash: plan.packHash,
        ...(plan.shares ? { shares: plan.shares } : {}),
      });
      if (!outcome.ok) return { ...EMPTY, rejection: outcome.rejection };
      const name = plan.tickets.find((one) => one.id === id)?.name ?? id;
      const ticket = new CoreTicket(plan, name, outcome.state);
      tickets.push(ticket);
      return ticket.done(outcome.events);
    }
    const ticket = tickets[order.ticket];
    if (!ticket) throw new Error(`no ticket ${order.ticket} was opened`);
    return order.do === 'run' ? ticket.run(order.to) : ticket.give(order.input, inputInstant(order.input));
  };
  const piece = conduct(plan);
  try {
    let step = piece.next();
    while (step.done !== true) step = piece.next(play(step.value));
    return step.value;
  } catch (error) {
    throw refusedOpening(error);
  }
}

/** The catalogue's error for an opening that the core refuses; any other error as it is. */
export function refusedOpening(error: unknown): unknown {
  if (!(error instanceof OpeningRefused)) return error;
  const { code, message, details } = error.rejection;
  return new TocsinError(code as never, message, { ...details, opening: error.ticket });
}
