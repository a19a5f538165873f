/** Tickets that have nothing to do with each other live in lock step exactly as each lives alone. */
import type { CompiledPack } from '../../src/domain/policy/types';
import type { TicketEvent } from '../../src/domain/ticket/types';
import { formatInstant } from '../../src/domain/time/instants';
import { rehearseOnCore } from '../../src/rehearsal/core-engine';
import { planOf, type Plan } from '../../src/rehearsal/plan';
import { rowsOfAll } from '../../src/rehearsal/rows';
import { momentOf, type Scenario } from '../../src/rehearsal/scenario';
import { randomPlan, smallPacks } from '../support/random-scenario';
import { firstDifference } from '../support/timeline';

/** A pack whose facts ask nothing of other tickets. */
const apart = (pack: CompiledPack): CompiledPack => ({
  ...pack,
  facts: Object.fromEntries(Object.entries(pack.facts).map(([name, { tickets: _asked, ...fact }]) => [name, fact])),
});

/** Both scenarios in one, every moment written as an instant. */
function together(a: Plan, b: Plan): Scenario {
  const parts = (['a', 'b'] as const).map((ticket, i) => {
    const { scenario } = i === 0 ? a : b;
    const at = (text: string): string => formatInstant(momentOf(text, scenario.openedAt));
    return {
      tickets: { [ticket]: { ...scenario.ticket, opened: formatInstant(scenario.openedAt) } },
      script: scenario.script.map((step) => ({ ...step, at: at(step.at), ticket })),
      answers: scenario.answers.map((answer) => ({ ...answer, at: at(answer.at), ticket })),
      deliveries: scenario.deliveries.map((one) => ({ ...one, match: { ...one.match, ticket } })),
    };
  });
  const [one, two] = parts;
  const { ticket: _alone, ...rest } = a.scenario;
  const openedAt = Math.min(a.scenario.openedAt, b.scenario.openedAt);
  return {
    ...rest,
    openedAt,
    opened: formatInstant(openedAt),
    untilAt: Math.max(a.scenario.untilAt, b.scenario.untilAt),
    tickets: { ...one?.tickets, ...two?.tickets },
    script: parts.flatMap((part) => part.script),
    answers: parts.flatMap((part) => part.answers),
    deliveries: parts.flatMap((part) => part.deliveries),
  } as unknown as Scenario;
}

/** Ids and numbers of commands and tickets say which came first, and nothing else. */
const bare = (events: readonly TicketEvent[], until: number): TicketEvent[] =>
  JSON.parse(
    JSON.stringify(events.filter((event) => event.at <= until))
      .replace(/TICK-\d{8}-\d{3}/g, 'TICK')
      .replace(/script-\d+/g, 'script')
      .replace(/"number":"\d+"/g, '"number":"1"'),
  ) as TicketEvent[];

test.each(smallPacks().map((one) => [one.pack.id, one] as const))(
  'two random tickets of the pack %s go their own ways, in one order of instants',
  (name, { pack: whole, hash }) => {
    const pack = { pack: apart(whole), hash };
    for (let seed = 1; seed <= 25; seed++) {
      const [a, b] = [randomPlan(seed, pack, 12), randomPlan(seed + 500, pack, 12)];
      const played = rehearseOnCore(planOf(together(a, b), pack.pack, pack.hash));
      for (const [ticket, plan] of [
        ['a', a],
        ['b', b],
      ] as const) {
        const found = played.tickets.find((one) => one.name === ticket);
        const until = plan.scenario.untilAt;
        const alone = bare(rehearseOnCore(plan).events, until);
        expect(
          firstDifference(alone, bare(found?.events ?? [], until), `${name}, seed ${seed}, ${ticket}`),
        ).toBeUndefined();
      }
      const rows = rowsOfAll(played.tickets);
      expect(rows.every((row, i) => i === 0 || row.at >= (rows[i - 1]?.at ?? ''))).toBe(true);
      const order = played.tickets.map((one) => one.name);
      const backwards = rows.filter((row, i) => {
        const before = rows[i - 1];
        return before?.at === row.at && order.indexOf(before.ticket ?? '') > order.indexOf(row.ticket ?? '');
      });
      expect(backwards).toEqual([]);
    }
  },
);
