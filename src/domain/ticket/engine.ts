/**
 * The ticket core. Pure: a pack, a state and an input in; events and the next state out. Driven by the ticket workflow
 * (live), by the rehearsal and by the backtest; all of them call `open`, `handle` and `advance`, and nothing else.
 */
import { rejection } from '../errors';
import { roleNamed } from '../policy/parts';
import type { CompiledPack, JsonObject } from '../policy/types';
import { formatInstant, type EpochMs } from '../time/instants';
import { agenda, nextDue } from './agenda';
import { decide } from './commands';
import { settle } from './deliveries';
import { fallDue } from './due';
import { recordFact } from './facts';
import { reportFault, setAside } from './faults';
import { blankState, evolve } from './evolve';
import { BUILT_IN_FIELDS, misfit } from './fields';
import { settleTurn } from './react';
import { standings, type Shares } from './rollout';
import { initialOf } from './shadow-opening';
import { hear } from './told';
import { ENGINE, Turn } from './turn';
import {
  SUPPORT,
  type Actor,
  type AgendaItem,
  type Command,
  type Input,
  type Opening,
  type Outcome,
  type Receipt,
  type Rejection,
  type Step,
  type TicketEvent,
  type TicketState,
} from './types';

export interface OpenOptions {
  id: string;
  number?: string;
  /** The instant the customer was received, which is when clocks start (SEC-ESC AMB-05). */
  at: EpochMs;
  recordedAt: EpochMs;
  packHash: string;
  by?: Actor;
  /** The shares of the pack's rollouts, in percent; without them everything is live. */
  shares?: Shares;
}

const CHANNELS = ['email', 'chat', 'phone', 'portal', 'api'];

/** Why an opening cannot be taken, or undefined. The message names the field and the rule. */
export function refuseOpening(pack: CompiledPack, opening: Opening): Rejection | undefined {
  const invalid = (field: string, rule: string): Rejection =>
    rejection('ESC_FIELD_INVALID', `the field "${field}" must be ${rule}`, { field });
  if (typeof opening.subject !== 'string' || opening.subject.trim() === '')
    return rejection('ESC_FIELD_REQUIRED', 'an opening needs the field "subject"', { field: 'subject' });
  if (!CHANNELS.includes(opening.channel)) return invalid('channel', `one of ${CHANNELS.join(', ')}`);
  const kind = opening.kind ?? SUPPORT;
  if (kind !== SUPPORT && !pack.kinds[kind])
    return invalid('kind', `one of ${[SUPPORT, ...Object.keys(pack.kinds)].join(', ')}`);
  const email = opening.customer?.email;
  const askedBy = kind === SUPPORT || opening.customer !== undefined;
  if (askedBy && (typeof email !== 'string' || !/^[^\s@,;<>]+@[^\s@,;<>]+$/.test(email)))
    return invalid('customer.email', 'an e-mail address');
  if (opening.priority !== undefined && !/^P[1-4]$/.test(opening.priority))
    return invalid('priority', 'one of P1, P2, P3, P4');
  for (const [name, value] of Object.entries(opening.fields ?? {})) {
    const builtIn = kind === SUPPORT ? undefined : BUILT_IN_FIELDS[name];
    const def = pack.fields[name] ?? (builtIn && { type: builtIn, values: [] });
    if (!def)
      return rejection('ESC_FIELD_UNKNOWN', `the pack declares no field "${name}"`, { field: `fields.${name}` });
    const wrong = misfit(def, value);
    if (wrong !== undefined) return invalid(`fields.${name}`, wrong);
  }
  return undefined;
}

/** Open a ticket: classify it, record `opened`, and everything that follows at that instant. */
export function open(pack: CompiledPack, opening: Opening, options: OpenOptions): Outcome {
  const refused = refuseOpening(pack, opening);
  if (refused) return { ok: false, rejection: refused };
  const version = String(pack.version['id'] ?? '');
  const blank = blankState(options.id, { id: pack.id, version, hash: options.packHash });
  const kind = opening.kind ?? SUPPORT;
  const { customer } = opening;
  const by: Actor = options.by ?? (customer ? { name: customer.name, kind: 'customer' } : ENGINE);
  const status = pack.kinds[kind]?.statuses[0] ?? 'created';
  const base: JsonObject = {
    id: options.id,
    number: options.number ?? options.id,
    kind,
    ...(opening.key === undefined ? {} : { key: opening.key }),
    status,
    subject: opening.subject,
    channel: opening.channel,
    ...(customer ? { customer } : {}),
    tags: opening.tags ?? [],
    opened_at: options.at,
    ...(opening.category === undefined ? {} : { category: opening.category }),
    ...(opening.externalId === undefined ? {} : { external_id: opening.externalId }),
    ...(opening.priority === undefined ? {} : { priority: opening.priority }),
  };
  const given = { ...base, ...opening.fields };
  const message: JsonObject = { subject: opening.subject, body: opening.body ?? '', from: 'customer' };
  const is = Object.fromEntries(pack.conditions.map((condition) => [condition.name, false]));
  const scope = {
    pack,
    state: { ...blank, is, ticket: { ...blank.ticket, ...given } },
    event: { type: 'opened', at: options.at, by, data: { ...given, body: opening.body ?? '' } },
    message,
  };
  const rollout = options.shares ? standings(scope, options.shares) : {};
  const stands = Object.keys(rollout).length > 0;
  const { fields, decided, clauses, shadow } = initialOf(scope, given, rollout);
  const priority = fields['priority'] ?? (kind === SUPPORT ? 'P3' : undefined);
  const ticket: JsonObject = { ...fields, ...(priority === undefined ? {} : { priority }) };
  // What was said at the opening stays as if set by hand, until it is released.
  const held = new Set([
    ...(opening.priority === undefined ? [] : ['priority']),
    ...Object.values(pack.tables).flatMap(({ sets }) =>
      sets !== undefined && given[sets] !== undefined ? [sets] : [],
    ),
  ]);
  const turn = new Turn(pack, { ...blank, is }, options.at, options.recordedAt, `open:${options.id}`, message);
  return guarded(turn, () => {
    turn.emit({
      type: 'opened',
      at: options.at,
      by,
      clauses,
      data: {
        subject: opening.subject,
        channel: opening.channel,
        ...(kind === SUPPORT ? {} : { kind, ...(opening.key === undefined ? {} : { key: opening.key }) }),
        ...(priority === undefined ? {} : { priority }),
        ...(customer ? { customer: { plan: customer.plan, name: customer.name } } : {}),
        status,
        decided,
        ...(stands ? { rollout: rollout as unknown as JsonObject } : {}),
      },
      patch: {
        ticket,
        is,
        ...(stands ? { rollout } : {}),
        ...(shadow ? { shadow } : {}),
        ...(held.size === 0 ? {} : { held: [...held] }),
      },
    });
    settleTurn(turn);
    return undefined;
  });
}

function guarded(turn: Turn, run: () => Rejection | undefined): Outcome {
  let refused: Rejection | undefined;
  try {
    refused = run();
  } catch (error) {
    // Nothing of the turn stays. Reactions guard themselves: this is a circle, or a defect in a command itself.
    return {
      ok: false,
      rejection: rejection(
        'ESC_ENGINE_FAULT',
        `a fault of the engine: ${error instanceof Error ? error.message : String(error)}`,
      ),
    };
  }
  return refused ? { ok: false, rejection: refused } : { ok: true, state: turn.state, events: turn.events };
}

const join = (first: Step, second: Step): Step => ({
  state: second.state,
  events: [...first.events, ...second.events],
});

/** A person whose name is a role of the pack acts in that role; a role is known by the name that one part has for it. */
function actor(pack: CompiledPack, by: Actor): Actor {
  const role = roleNamed(pack, by.role ?? by.name) ?? by.role;
  return role === undefined || role === by.role ? by : { ...by, role };
}

/**
 * Take one input at its own instant: everything due before it is processed first, it comes before what is due at the very
 * same instant. A refused command changes nothing, what fell due before it included.
 */
export function handle(pack: CompiledPack, state: TicketState, input: Input, recordedAt: EpochMs): Outcome {
  const at = Math.max(state.at, inputInstant(input));
  if (input.kind === 'command' && state.commandIds.includes(input.command.id)) return { ok: true, state, events: [] };
  const before = advance(pack, state, at - 1, recordedAt);
  const turn = new Turn(pack, before.state, at, recordedAt, causeOf(input), messageOf(input));
  const outcome = guarded(turn, () => take(turn, input));
  if (outcome.ok) return { ok: true, ...join(before, outcome) };
  return input.kind === 'command'
    ? outcome
    : { ok: true, ...join(before, setInputAside(pack, before.state, at, recordedAt, input, outcome.rejection)) };
}

function take(turn: Turn, input: Input): Rejection | undefined {
  let refused: Rejection | undefined;
  if (input.kind === 'command')
    refused = decide(turn, {
      name: input.command.name,
      by: actor(turn.pack, input.command.by),
      fields: input.command.fields,
    });
  else if (input.kind === 'receipt') settle(turn, input.receipt);
  else if (input.kind === 'told') hear(turn, input.told);
  else turn.as(input.answer.fact, undefined, () => recordFact(turn, input.answer));
  if (refused) return refused;
  // A command that changes nothing is remembered as well: its repeat must not act on what others did in between.
  if (input.kind === 'command' && turn.events.length === 0)
    turn.emit({ type: 'unchanged', by: actor(turn.pack, input.command.by), data: { command: input.command.name } });
  settleTurn(turn);
  return undefined;
}

/** What a machine says cannot be given back to it: a fault in taking it is recorded in its place. */
function setInputAside(
  pack: CompiledPack,
  state: TicketState,
  at: EpochMs,
  recordedAt: EpochMs,
  input: Input,
  rejected: Rejection,
): Step {
  const turn = new Turn(pack, state, at, recordedAt, causeOf(input));
  reportFault(turn, input.kind, { input: causeOf(input) }, rejected.message);
  return { state: turn.state, events: turn.events };
}

/** The instant an input says it is of. */
export function inputInstant(input: Input): EpochMs {
  switch (input.kind) {
    case 'command':
      return input.command.at;
    case 'receipt':
      return input.receipt.at;
    case 'fact':
      return input.answer.at;
    case 'told':
      return input.told.at;
  }
}

function causeOf(input: Input): string {
  if (input.kind === 'command') return `command:${input.command.id}`;
  if (input.kind === 'told') return `told:${input.told.key}`;
  return input.kind === 'receipt'
    ? `receipt:${input.receipt.key}`
    : `fact:${input.answer.key ?? input.answer.fact}@${formatInstant(input.answer.at)}`;
}

function messageOf(input: Input): JsonObject | undefined {
  if (input.kind !== 'command' || !['message', 'reply'].includes(input.command.name)) return undefined;
  const { fields } = input.command;
  const id = fields['message_id'] ?? fields['id'];
  return {
    ...(typeof id === 'string' ? { id } : {}),
    body: fields['text'] ?? fields['body'] ?? '',
    subject: fields['subject'] ?? '',
    from: fields['from'] ?? 'customer',
  };
}

/** Process everything due up to and including `until`, instant by instant, in the order of the agenda. */
export function advance(pack: CompiledPack, state: TicketState, until: EpochMs, recordedAt: EpochMs): Step {
  const events: TicketEvent[] = [];
  let current = state;
  for (;;) {
    const first = agenda(pack, current)[0];
    if (!first || first.at > until) return { state: current, events };
    const step = instant(pack, current, Math.max(first.at, current.at), recordedAt);
    current = step.state;
    for (const event of step.events) events.push(event);
  }
}

/** All that is due at one instant, in one turn, so that one person is told one thing once. */
function instant(pack: CompiledPack, state: TicketState, at: EpochMs, recordedAt: EpochMs): Step {
  const turn = new Turn(pack, state, at, recordedAt, '');
  let item = agenda(pack, turn.state)[0];
  try {
    while (item && item.at <= at) {
      turn.cause = `${item.id}@${formatInstant(item.at)}`;
      fallDue(turn, item);
      settleTurn(turn);
      const next = agenda(pack, turn.state)[0];
      if (next && next.id === item.id && next.at === item.at && next.kind === item.kind && next.label === item.label)
        throw new Error(`${item.id} is still due after it was acted on`);
      item = next;
    }
    return { state: turn.state, events: turn.events };
  } catch (error) {
    return park(pack, state, item, at, recordedAt, error);
  }
}

/** A defect must not wedge a ticket: the item is set aside, that is recorded, the catch-all is told once (decision 20). */
function park(
  pack: CompiledPack,
  state: TicketState,
  item: AgendaItem | undefined,
  at: EpochMs,
  recordedAt: EpochMs,
  error: unknown,
): Step {
  if (!item) throw error;
  const turn = new Turn(pack, state, at, recordedAt, `fault:${item.id}@${formatInstant(item.at)}`);
  reportFault(turn, item.name, { item: item.id, at: formatInstant(item.at) }, error, setAside(state, item));
  return { state: turn.state, events: turn.events };
}

export { agenda, evolve, nextDue };
export type { Command, Receipt };
