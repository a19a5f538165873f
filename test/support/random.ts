/** Random tickets and scripts for laws of the core, as fast-check arbitraries: everything follows from the seed. */
import fc from 'fast-check';
import type { CompiledPack, FieldDef, Json, JsonObject } from '../../src/domain/policy/types';
import { advance, handle, nextDue, open } from '../../src/domain/ticket/engine';
import {
  COMMANDS,
  type Input,
  type Opening,
  type Receipt,
  type TicketEvent,
  type TicketState,
} from '../../src/domain/ticket/types';

/** One step: when, counted from the step before (or exactly at the next due instant), and what. */
export interface RandomStep {
  wait: number | 'due';
  act:
    | { kind: 'command'; name: string; by: string; fields: JsonObject }
    | { kind: 'receipt'; nth: number; outcome: Receipt['outcome']; handedOver: number }
    | { kind: 'fact'; fact: string; value: Json }
    | { kind: 'none' };
}

function fieldValue(def: FieldDef): fc.Arbitrary<Json> {
  if (def.type === 'enum') return fc.constantFrom(...def.values);
  if (def.type === 'set') return fc.subarray(def.values);
  if (def.type === 'number') return fc.integer({ min: 0, max: 100 });
  if (def.type === 'bool') return fc.boolean();
  if (def.type === 'list') return fc.constantFrom<Json[]>([], ['a@example.com']);
  if (def.type === 'date') return fc.constant('2026-03-20');
  if (def.type === 'money') return fc.constant({ value: 5, currency: 'EUR' });
  return fc.constantFrom('x', 'y');
}

/** An opening that a pack takes. */
export function randomOpening(pack: CompiledPack): fc.Arbitrary<Opening> {
  const fields = fc.record(
    Object.fromEntries(
      Object.values(pack.fields)
        .filter((def) => def.name !== 'priority')
        .map((def) => [def.name, fieldValue(def)]),
    ),
    { requiredKeys: [] },
  );
  return fc
    .record({
      subject: fc.constantFrom('It is slow', 'Total outage', 'A question'),
      priority: fc.option(fc.constantFrom('P1', 'P2', 'P3', 'P4'), { nil: undefined }),
      plan: fc.constantFrom('starter', 'professional', 'enterprise'),
      fields,
    })
    .map(({ subject, priority, plan, fields }) => ({
      subject,
      body: '',
      channel: 'email',
      customer: { name: 'Jane Smith', email: 'jane@example.com', plan },
      ...(priority === undefined ? {} : { priority }),
      fields: fields as JsonObject,
    }));
}

function commandFields(pack: CompiledPack, name: string): fc.Arbitrary<JsonObject> {
  const text = fc.constant({ text: 'x', resolution: 'x', reason: 'x', to: 'U', into: 'U', tag: 'x' });
  const paths = Object.values(pack.paths);
  if (name === 'set') {
    const priority = fc.constantFrom('P1', 'P2', 'P3', 'auto').map((value): JsonObject => ({ priority: value }));
    const others = Object.values(pack.fields).map((def) =>
      fieldValue(def).map((value): JsonObject => ({ [def.name]: value })),
    );
    return fc.oneof(priority, ...others);
  }
  if (name === 'escalate' || name === 'deescalate' || name === 'acknowledge') {
    return fc.record({
      path: fc.constantFrom(null, ...paths.map((path) => path.name)),
      to: fc.constantFrom<Json>('next', 1, 2),
      reason: fc.constant('x'),
    });
  }
  if (name === 'answer') {
    const answer: JsonObject = {
      text: 'x',
      link: 'x',
      people: 'x',
      vendors: 'x',
      commander: 'x',
      engineer: 'x',
      rca: 'x',
      prevention_plan: 'x',
    };
    const tasks = Object.values(pack.tasks);
    if (tasks.length === 0) return fc.constant({ task: 'none' });
    return fc.constantFrom(...tasks).chain((task) => {
      const choices = 'lit' in task.choices && task.choices.lit.length > 0 ? task.choices.lit : [null];
      return fc.constantFrom(...choices).map((choice): JsonObject => ({ ...answer, task: task.name, choice }));
    });
  }
  return text;
}

/** A script of steps, at whole seconds and exactly at due instants. */
export function randomScript(pack: CompiledPack, maxLength = 12): fc.Arbitrary<RandomStep[]> {
  const wait = fc.oneof(
    { weight: 3, arbitrary: fc.constant<'due'>('due') },
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 * 3600 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 10 * 86_400 }) },
  );
  const by = fc.constantFrom('agent', 'customer', ...Object.keys(pack.people));
  const weighted = fc.constantFrom(
    ...COMMANDS.filter((name) => name !== 'close' && name !== 'merge'),
    'set',
    'pause',
    'resume',
    'reply',
    'send_update',
    'close',
    'merge',
  );
  const command = fc
    .tuple(weighted, by)
    .chain(([name, by]) => commandFields(pack, name).map((fields) => ({ kind: 'command' as const, name, by, fields })));
  const receipt = fc.record({
    kind: fc.constant('receipt' as const),
    nth: fc.nat(20),
    outcome: fc.constantFrom<Receipt['outcome']>('delivered', 'delivered', 'failed', 'unreached', 'dropped'),
    handedOver: fc.constantFrom(0, 30, 61, 110),
  });
  const facts = Object.keys(pack.facts);
  const fact = fc.record({
    kind: fc.constant('fact' as const),
    fact: fc.constantFrom(...(facts.length > 0 ? facts : ['none'])),
    value: fc.constantFrom<Json>(1, 2, null),
  });
  const act = fc.oneof(
    { weight: 5, arbitrary: command },
    { weight: 4, arbitrary: receipt },
    { weight: 1, arbitrary: fact },
    { weight: 1, arbitrary: fc.constant({ kind: 'none' as const }) },
  );
  return fc.array(fc.record({ wait, act }), { maxLength });
}

/** A step as it was played: the state before it, and the input (none: time passes up to `at`). */
export interface Played {
  before: TicketState;
  at: number;
  input?: Input;
  after: TicketState;
  events: TicketEvent[];
}

function inputOf(state: TicketState, step: RandomStep, at: number, i: number): Input | undefined {
  const { act } = step;
  if (act.kind === 'command')
    return {
      kind: 'command',
      command: {
        id: `c${i}`,
        name: act.name,
        at,
        by: { name: act.by, kind: act.by === 'customer' ? 'customer' : 'person' },
        fields: act.fields,
      },
    };
  if (act.kind === 'fact')
    return { kind: 'fact', answer: { fact: act.fact, at, ...(act.value === null ? {} : { value: act.value }) } };
  if (act.kind === 'none') return undefined;
  const pending = Object.values(state.deliveries);
  const chosen = pending[act.nth % Math.max(1, pending.length)];
  if (!chosen) return undefined;
  return {
    kind: 'receipt',
    receipt: {
      key: chosen.key,
      outcome: act.outcome,
      at,
      handedOverAt: Math.min(at, chosen.at + act.handedOver * 1000),
    },
  };
}

/** Play a script on a new ticket. Refused commands change nothing and are left out. */
export function play(
  pack: CompiledPack,
  opening: Opening,
  script: RandomStep[],
  openedAt: number,
): { opened: TicketEvent[]; steps: Played[]; events: TicketEvent[]; state: TicketState } {
  const outcome = open(pack, opening, { id: 'T', at: openedAt, recordedAt: openedAt, packHash: 'hash' });
  if (!outcome.ok) throw new Error(`${outcome.rejection.code}: ${outcome.rejection.message}`);
  let { state } = outcome;
  const events = [...outcome.events];
  const steps: Played[] = [];
  let now = openedAt;
  for (const [i, step] of script.entries()) {
    const at = Math.max(now, step.wait === 'due' ? (nextDue(pack, state) ?? now) : now + step.wait * 1000);
    now = at;
    const input = inputOf(state, step, at, i);
    const result = input ? handle(pack, state, input, at) : { ok: true as const, ...advance(pack, state, at, at) };
    if (!result.ok) {
      if (result.rejection.code === 'ESC_ENGINE_FAULT') throw new Error(result.rejection.message);
      continue;
    }
    steps.push({ before: state, at, ...(input ? { input } : {}), after: result.state, events: result.events });
    state = result.state;
    events.push(...result.events);
  }
  return { opened: outcome.events, steps, events, state };
}
