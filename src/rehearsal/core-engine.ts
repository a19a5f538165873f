/** The rehearsal as a plain loop over the core: nothing else runs, so two days take milliseconds. */
import { TocsinError } from '../domain/errors';
import { advance, handle, nextDue, open } from '../domain/ticket/engine';
import type { Delivery, Input, Receipt, Rejection, TicketEvent, TicketState } from '../domain/ticket/types';
import type { Plan } from './plan';

export interface Refusal {
  at: number;
  command: string;
  rejection: Rejection;
}

export interface Rehearsed {
  events: TicketEvent[];
  state: TicketState;
  refusals: Refusal[];
}

/** Receipts in a total order: instant, then key. */
export const byInstantAndKey = (a: Receipt, b: Receipt): number =>
  a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** What a command gets once its ticket has ended. */
export const ended = (ticket: string): Rejection => ({
  code: 'ESC_TICKET_ARCHIVED',
  message: `${ticket} has no running workflow any more`,
  details: { ticket },
});

/** Play a plan. Throws the catalogue's error when the opening itself is refused. */
export function rehearseOnCore(plan: Plan): Rehearsed {
  const { pack, scenario, world } = plan;
  const opened = open(pack, scenario.ticket as never, {
    id: plan.ticketId,
    number: '10001',
    at: scenario.openedAt,
    recordedAt: scenario.openedAt,
    packHash: plan.packHash,
  });
  if (!opened.ok)
    throw new TocsinError(opened.rejection.code as never, opened.rejection.message, opened.rejection.details);
  let state = opened.state;
  const events: TicketEvent[] = [];
  const receipts: Receipt[] = [];
  const refusals: Refusal[] = [];
  const queue = [...plan.inputs];

  const take = (more: readonly TicketEvent[]): void => {
    for (const event of more) {
      events.push(event);
      if (event.type === 'delivery') receipts.push(world.receipt(event.data as unknown as Delivery));
    }
    receipts.sort(byInstantAndKey);
  };
  const give = (input: Input, at: number): void => {
    // A closed ticket whose agenda is empty has ended, and takes nothing any more (design.md, decision 13).
    if (
      input.kind !== 'receipt' &&
      state.ticket.status === 'closed' &&
      receipts.length === 0 &&
      nextDue(pack, state) === undefined
    ) {
      if (input.kind === 'command') refusals.push({ at, command: input.command.name, rejection: ended(plan.ticketId) });
      return;
    }
    const outcome = handle(pack, state, input, at);
    if (outcome.ok) {
      state = outcome.state;
      take(outcome.events);
    } else if (input.kind === 'command')
      refusals.push({ at, command: input.command.name, rejection: outcome.rejection });
  };

  take(opened.events);
  for (;;) {
    const command = queue[0]?.at ?? Infinity;
    const receipt = receipts[0]?.at ?? Infinity;
    const due = nextDue(pack, state) ?? Infinity;
    const at = Math.min(command, receipt, due);
    if (at > scenario.untilAt) break;
    if (command === at) {
      const next = queue.shift();
      if (next) give(next.input, at);
    } else if (receipt === at) {
      const next = receipts.shift();
      if (next) give({ kind: 'receipt', receipt: next }, at);
    } else {
      const step = advance(pack, state, at, at);
      state = step.state;
      take(step.events);
    }
  }
  return { events, state, refusals };
}
