/**
 * The law of shadow, over random tickets and scripts of every pack: whatever happens, the ticket is what people and the
 * customer make of it, as if the pack was switched off, and nobody hears anything.
 */
import { WHOLE, type RolloutDef } from '../../src/domain/policy/rollout-types';
import type { CompiledPack, JsonObject } from '../../src/domain/policy/types';
import { rehearseOnCore } from '../../src/rehearsal/core-engine';
import type { Plan } from '../../src/rehearsal/plan';
import { repositoryPack } from '../support/pack';
import { randomPlan, smallPacks } from '../support/random-scenario';

const SEEDS = Array.from({ length: 25 }, (_, i) => i + 1);
/** What people do that has consequences of its own: a path they enter pages its levels, in shadow too. */
const MOVES = new Set(['escalate', 'deescalate', 'acknowledge']);
/** What the pack does, by itself, for others to see. */
const DONE = new Set(
  `delivery held waiting tagged untagged changed assigned noted escalated deescalated paged repeated exhausted unreached
   task_opened task_done task_moot reminded breached due mark met again resolved closed ticket_wanted linked refused`.split(
    /\s+/,
  ),
);

/** What gives a pack something to decide. */
const MORE: Record<string, JsonObject> = { risk_management: { risk_level: 4 } };

function onSide(plan: Plan, rest: RolloutDef['rest']): Plan {
  const key = { src: 'ticket.id', x: ['sel', ['id', 'ticket'], 'id'], reads: ['ticket.id'] } as never;
  const def = { name: WHOLE, prefix: '', clauses: [], kind: ['support'], key, steps: [100], start: 0, rest };
  const pack: CompiledPack = { ...plan.pack, rollouts: { [WHOLE]: def } };
  const inputs = plan.inputs.filter(({ input }) => input.kind !== 'command' || !MOVES.has(input.command.name));
  const tickets = plan.tickets.map((one) => ({
    ...one,
    opening: { ...one.opening, fields: { ...one.opening.fields, ...MORE[plan.pack.id] } },
  }));
  return { ...plan, pack, inputs, tickets, shares: { [WHOLE]: 0 } };
}

type Source = { pack: CompiledPack; hash: string };
const packs: [string, () => Promise<Source>][] = [
  ...smallPacks().map((one): [string, () => Promise<Source>] => [one.pack.id, async () => one]),
  ...['secureai', 'trust-safety', 'contacts-escalation', 'risk-management'].map(
    (name): [string, () => Promise<Source>] => [name, () => repositoryPack(name)],
  ),
];

describe.each(packs)('%s in shadow', (_name, read) => {
  let pack: Source;
  let withheld = 0;
  beforeAll(async () => {
    pack = await read();
  });

  it.each(SEEDS)('does nothing, and leaves the ticket to people (seed %i)', (seed) => {
    const plan = randomPlan(seed, pack, 12);
    const shadow = rehearseOnCore(onSide(plan, 'shadow'));
    const done = shadow.events.filter(({ type, by }) => by.kind === 'engine' && DONE.has(type));
    expect(done.map(({ type, subject, cause }) => `${type}(${subject ?? ''}) by ${cause}`)).toEqual([]);
    withheld += shadow.events.filter(({ type }) => type === 'withheld').length;
    expect(shadow.state.deliveries).toEqual({});
    expect(Object.keys(shadow.state.clocks).filter((key) => !key.startsWith('rule:'))).toEqual([]);
    expect(shadow.tickets).toHaveLength(1);

    const off = rehearseOnCore(onSide(plan, 'off'));
    const { ticket } = shadow.state;
    expect(ticket).toEqual(off.state.ticket);
    const said = (played: typeof off): string[] =>
      // What is decided in shadow keeps a closed ticket's run alive a while longer: refused is refused.
      played.refusals.map(({ command, rejection }) => `${command}: ${rejection.code.replace('ARCHIVED', 'CLOSED')}`);
    expect(said(shadow)).toEqual(said(off));
  });

  it('has decided a good deal in them', () => {
    expect(withheld).toBeGreaterThan(20);
  });
});
