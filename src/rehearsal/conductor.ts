/**
 * Several tickets in lock step: one order over all of them, by instant and then by the order in which they were opened.
 * A generator of what is to be done next, so that both engines play the same piece: the core answers at once, the real
 * server when it has done it (design.md, decision 10).
 */
import { summaryOf } from '../domain/ticket/correlate';
import { auditOf } from '../domain/ticket/audit';
import { inputInstant } from '../domain/ticket/engine';
import { historyOf } from '../domain/metrics/history';
import type { Json, JsonObject } from '../domain/policy/types';
import type { Delivery, Input, Opening, Receipt, Rejection, TicketState } from '../domain/ticket/types';
import { openingsOf } from '../reports/openings';
import { callOf, ended, Stage, type Done, type Order, type Player, type Rehearsed } from './stage';
import { dayOf } from './ticket-ids';
import type { Plan } from './plan';

/** More steps than this at one instant, and the tickets are talking in a circle. */
const STEPS_AN_INSTANT = 10_000;

const openingOf = (delivery: Delivery): Opening => delivery.vars['opening'] as unknown as Opening;

type Piece<T = void> = Generator<Order, T, Done>;

function* openOne(
  stage: Stage,
  name: string | undefined,
  opening: Opening,
  at: number,
  id: string,
): Piece<Player | Rejection> {
  const number = String(10_001 + stage.players.length);
  const done = yield { do: 'open', ticket: stage.players.length, id, number, opening, at };
  if (done.rejection) return done.rejection;
  const kind = opening.kind ?? 'support';
  const called = name ?? callOf(done.state);
  const taken = stage.players.some((one) => one.name === called);
  const player: Player = {
    id,
    name: taken ? id : called,
    kind,
    openedAt: at,
    events: [],
    state: done.state,
    wake: Infinity,
    heard: [],
    underway: [],
    summary: summaryOf(done.state),
  };
  stage.players.push(player);
  stage.took(player, done, at);
  return player;
}

function* give(stage: Stage, player: Player, input: Input, at: number): Piece {
  // A ticket that has ended takes nothing but what is about its own deliveries.
  if (input.kind !== 'receipt' && stage.over(player)) {
    if (input.kind === 'command')
      stage.refusals.push({ at, command: input.command.name, ticket: player.name, rejection: ended(player.id) });
    return;
  }
  const done = yield { do: 'give', ticket: stage.players.indexOf(player), input };
  if (done.rejection) {
    if (input.kind !== 'command') return;
    stage.refusals.push({ at, command: input.command.name, ticket: player.name, rejection: done.rejection });
    const note = auditOf(input.command, done.rejection);
    if (note) yield* give(stage, player, { kind: 'command', command: note }, at);
    return;
  }
  stage.took(player, done, at);
}

/** Hand a delivery over to the ticket it is for, and give its sender the receipt. */
function* handOver(stage: Stage, player: Player, at: number): Piece {
  const next = player.underway.shift();
  if (!next) return;
  const { delivery, receipt } = next;
  const settled = receipt.outcome === 'delivered' ? yield* arrive(stage, delivery, at) : {};
  yield* give(stage, player, { kind: 'receipt', receipt: { ...receipt, ...settled } }, at);
}

function* arrive(stage: Stage, delivery: Delivery, at: number): Piece<Partial<Receipt>> {
  const { from, seq } = delivery.vars;
  const said = (target: Player, name: string, data: JsonObject): Partial<Receipt> => {
    if (stage.over(target)) return { outcome: 'dropped', detail: `${target.id} has ended` };
    const told = { key: delivery.key, from: String(from), seq: Number(seq), at, name, data };
    target.heard.push({ kind: 'told', told });
    return { to: target.id };
  };
  if (delivery.verb === 'tell') {
    const target = stage.find(delivery.to);
    const { event, with: data } = delivery.vars;
    if (!target) return { outcome: 'failed', detail: `there is no ticket ${delivery.to}` };
    return said(target, String(event), (data ?? {}) as JsonObject);
  }
  const opening = openingOf(delivery);
  const found = stage.openOf(opening.kind ?? '', opening.key ?? '');
  if (found) return said(found, 'wanted', { fields: wantedFields(opening) });
  const opened = yield* openOne(stage, undefined, opening, at, stage.nextId(dayOf(at)));
  return 'code' in opened ? { outcome: 'failed', detail: opened.message } : { to: opened.id };
}

/** What a ticket that is wanted again is to have now. */
export function wantedFields(opening: Opening): JsonObject {
  const { priority, category, fields } = opening;
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(category === undefined ? {} : { category }),
    ...fields,
  };
}

/** Ranks of what one ticket does at an instant: openings and commands, what it hears, receipts of its words, the rest. */
type Next = { at: number; ticket: number; rank: 0 | 1 | 2 | 3; run: () => Piece };

function nextOf(stage: Stage): Next | undefined {
  let best: Next | undefined;
  const offer = (next: Next): void => {
    const order = best && (next.at - best.at || next.ticket - best.ticket || next.rank - best.rank);
    if (order === undefined || order < 0) best = next;
  };
  const opening = stage.openings[0];
  if (opening)
    offer({
      at: opening.openedAt,
      ticket: stage.players.length,
      rank: 0,
      run: () => openPlanned(stage),
    });
  const scheduled = stage.calendar[0];
  if (scheduled) offer({ at: scheduled.at, ticket: stage.players.length, rank: 0, run: () => openScheduled(stage) });
  const given = stage.inputs[0];
  if (given) {
    const player = stage.named(given.ticket);
    // A command for a ticket that is not there yet waits for its instant, and is refused then.
    const ticket = player ? stage.players.indexOf(player) : stage.players.length;
    offer({ at: given.at, ticket, rank: 0, run: () => command(stage) });
  }
  stage.players.forEach((player, ticket) => {
    const heard = player.heard[0];
    const underway = player.underway[0];
    if (heard) offer({ at: inputInstant(heard), ticket, rank: 1, run: () => hear(stage, player) });
    if (underway) offer({ at: underway.at, ticket, rank: 2, run: () => handOver(stage, player, underway.at) });
    const { wake } = player;
    if (wake < Infinity) offer({ at: wake, ticket, rank: 3, run: () => runTo(stage, player, wake) });
  });
  return best;
}

function* openPlanned(stage: Stage): Piece {
  const planned = stage.openings.shift();
  if (!planned) return;
  const opened = yield* openOne(stage, planned.name, planned.opening, planned.openedAt, planned.id);
  if ('code' in opened) throw new OpeningRefused(planned.name, opened);
}

/** Calendar time: the tickets of a schedule, made from what the other tickets have been through. */
function* openScheduled(stage: Stage): Piece {
  const next = stage.calendar.shift();
  const def = next && stage.pack.schedules[next.name];
  if (!def) return;
  const histories = stage.players.map((player) => historyOf(player.id, player.events));
  const entries = listOf(stage.plan.scenario.roster[def.opens.forEach ?? '']);
  for (const { opening } of openingsOf({ pack: stage.pack, histories, series: {} }, def, next.at, entries)) {
    const opened = yield* openOne(stage, undefined, opening, next.at, stage.nextId(dayOf(next.at)));
    if ('code' in opened) throw new OpeningRefused(`schedules.${def.name}`, opened);
  }
}

/** The recorded list that a schedule goes through, as the scenario's roster has it. */
const listOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value)
    ? value.filter((one): one is JsonObject => one !== null && typeof one === 'object' && !Array.isArray(one))
    : [];

function* command(stage: Stage): Piece {
  const next = stage.inputs.shift();
  if (!next) return;
  const player = stage.named(next.ticket);
  if (player) yield* give(stage, player, next.input, next.at);
  else if (next.input.kind === 'command') {
    const rejection = {
      code: 'ESC_TICKET_NOT_FOUND',
      message: `there is no ticket "${next.ticket}" at that instant`,
      details: { ticket: next.ticket },
    };
    stage.refusals.push({ at: next.at, command: next.input.command.name, ticket: next.ticket, rejection });
  }
}

function* hear(stage: Stage, player: Player): Piece {
  const input = player.heard.shift();
  if (input) yield* give(stage, player, input, inputInstant(input));
}

function* runTo(stage: Stage, player: Player, to: number): Piece {
  const done = yield { do: 'run', ticket: stage.players.indexOf(player), to };
  stage.took(player, done, to);
}

/** A ticket of the scenario whose opening is refused: nothing can be rehearsed. */
export class OpeningRefused extends Error {
  constructor(
    readonly ticket: string,
    readonly rejection: Rejection,
  ) {
    super(rejection.message);
  }
}

/** Play a plan to its end. Throws {@link OpeningRefused} where the opening of one of its own tickets is refused. */
export function* conduct(plan: Plan): Piece<Rehearsed> {
  const stage = new Stage(plan);
  let instant = -Infinity;
  let steps = 0;
  for (;;) {
    const next = nextOf(stage);
    if (!next || next.at > plan.scenario.untilAt) break;
    steps = next.at > instant ? 0 : steps + 1;
    if (steps > STEPS_AN_INSTANT) throw new Error(`the tickets go on telling each other things at one instant`);
    instant = Math.max(instant, next.at);
    yield* next.run();
  }
  const tickets = stage.players.map(({ id, name, kind, openedAt, events, state }) => {
    return { id, name, kind, openedAt, events, state };
  });
  const [first] = tickets;
  // Calendar time may open nothing at all.
  return { tickets, events: first?.events ?? [], state: first?.state as TicketState, refusals: stage.refusals };
}
