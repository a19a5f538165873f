import type { Delivery, Input, Receipt, TicketEvent, TicketState } from '../../src/domain/ticket/types';
import { auditOf } from '../../src/domain/ticket/audit';
import { advance, handle, inputInstant, nextDue, open } from '../../src/domain/ticket/engine';
import { answerOf, correlate, factsAt, summaryOf } from '../../src/domain/ticket/correlate';
import { byInstantAndKey, rehearseOnCore } from '../../src/rehearsal/core-engine';
import type { Plan } from '../../src/rehearsal/plan';
import { repositoryPack } from '../support/pack';
import { randomOf, randomPlan, smallPacks } from '../support/random-scenario';
import { firstDifference } from '../support/timeline';

/**
 * A driver written apart from the rehearsal's: it looks at the clock at random moments, lets several due instants go by
 * at once where no receipt comes in between, and stores and reloads the state now and then.
 */
function playInSplits(plan: Plan, random: () => number): TicketEvent[] {
  const { pack, scenario, world } = plan;
  const opened = open(pack, scenario.ticket as never, {
    id: plan.tickets[0]?.id ?? '',
    number: '10001',
    at: scenario.openedAt,
    recordedAt: 1,
    packHash: plan.packHash,
  });
  if (!opened.ok) throw new Error(opened.rejection.message);
  let state: TicketState = opened.state;
  let clock = scenario.openedAt;
  const events: TicketEvent[] = [...opened.events];
  const receiptsOf = (some: readonly TicketEvent[]): Receipt[] =>
    some.filter((event) => event.type === 'delivery').map((event) => world.receipt(event.data as unknown as Delivery));
  let receipts = receiptsOf(events);
  // Nobody else is there: a question over tickets is answered once, at the opening, after what is given at that instant.
  const me = summaryOf(opened.state);
  const asked = factsAt(pack, 'support')
    .filter((fact) => !plan.scripted(fact.name, plan.tickets[0]?.name ?? ''))
    .map((fact): Input => {
      const key = `${fact.name}:${me.id}/${opened.state.seq}`;
      const answer = answerOf(fact, correlate(pack, fact, me, [], scenario.openedAt), scenario.openedAt, key);
      return { kind: 'fact', answer };
    });
  const given = plan.inputs.map((one) => one.input);
  const later = given.findIndex((input) => inputInstant(input) > scenario.openedAt);
  const inputs: Input[] = later < 0 ? [...given, ...asked] : given.toSpliced(later, 0, ...asked);
  const instantOf = (input: Input | undefined): number => (input === undefined ? Infinity : inputInstant(input));
  const keep = (step: { state: TicketState; events: readonly TicketEvent[] }): void => {
    state = random() < 0.1 ? (JSON.parse(JSON.stringify(step.state)) as TicketState) : step.state;
    events.push(...step.events);
    receipts.push(...receiptsOf(step.events));
  };

  for (;;) {
    receipts = receipts.sort(byInstantAndKey);
    const input = Math.max(instantOf(inputs[0]), clock);
    const receipt = receipts[0]?.at ?? Infinity;
    const due = nextDue(pack, state) ?? Infinity;
    const next = Math.min(input, receipt, due);
    if (next > scenario.untilAt) return events;
    if (next > clock && random() < 0.5) {
      // Nothing is due before the next instant, whenever one looks.
      const look = clock + Math.floor(random() * (next - clock));
      const idle = advance(pack, state, look, 2);
      if (idle.events.length > 0) throw new Error(`${idle.events[0]?.type} happened before it was due`);
      clock = look;
      continue;
    }
    clock = next;
    if (input <= next) {
      const over = state.ticket.status === 'closed' && receipts.length === 0 && due === Infinity;
      const given = inputs.shift();
      const outcome = given && !over ? handle(pack, state, given, 3) : undefined;
      if (outcome?.ok) keep(outcome);
      else if (outcome && given?.kind === 'command') {
        // Some refusals leave a note: whoever drives the core gives it as a command of its own.
        const note = auditOf(given.command, outcome.rejection);
        const noted = note && handle(pack, state, { kind: 'command', command: note }, 3);
        if (noted?.ok) keep(noted);
      }
    } else if (receipt <= next) {
      const taken = receipts.shift();
      const outcome = taken && handle(pack, state, { kind: 'receipt', receipt: taken }, 4);
      if (!outcome?.ok) throw new Error('a receipt was refused');
      keep(outcome);
    } else {
      const limit = Math.min(input, receipt, scenario.untilAt + 1) - 1;
      const far = due + Math.floor(random() * Math.min(limit - due, 6 * 3_600_000));
      const step = advance(pack, state, far, 5);
      const early = Math.min(...receiptsOf(step.events).map((one) => one.at));
      keep(early > far ? step : advance(pack, state, due, 5));
      clock = early > far ? far : due;
    }
  }
}

const PLANS = 80;

describe('the timeline of a ticket', () => {
  test.each(smallPacks().map((one) => [one.pack.id, one] as const))(
    `of the pack %s is the same however time is cut, in ${PLANS} random scripts`,
    (_name, pack) => {
      let exact = 0;
      const types = new Set<string>();
      for (let seed = 1; seed <= PLANS; seed++) {
        const plan = randomPlan(seed, pack);
        const { events } = rehearseOnCore(plan);
        expect(
          firstDifference(events, playInSplits(plan, randomOf(seed + 7_000)), `${pack.pack.id}, seed ${seed}`),
        ).toBeUndefined();
        for (const event of events) types.add(event.type);
        const dues = new Set(events.filter((event) => event.by.kind === 'engine').map((event) => event.at));
        exact += plan.inputs.filter((one) => dues.has(one.at)).length;
      }
      // The scripts reach what they are about: the random choice has not become a choice of nothing.
      expect(exact).toBeGreaterThan(PLANS / 2);
      expect([...types].filter((type) => type === 'engine_fault')).toEqual([]);
      expect(types.size).toBeGreaterThan(15);
    },
  );

  test('of the pack secureai is the same however time is cut, in 40 random scripts', async () => {
    const pack = await repositoryPack('secureai');
    for (let seed = 1; seed <= 40; seed++) {
      const plan = randomPlan(seed, pack, 12);
      expect(
        firstDifference(
          rehearseOnCore(plan).events,
          playInSplits(plan, randomOf(seed + 9_000)),
          `secureai, seed ${seed}`,
        ),
      ).toBeUndefined();
    }
  });

  test('has dense sequence numbers and never goes back in time', () => {
    const [pack] = smallPacks();
    if (!pack) throw new Error('no pack');
    for (let seed = 200; seed < 240; seed++) {
      const { events } = rehearseOnCore(randomPlan(seed, pack));
      expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
      expect(events.every((event, i) => event.at >= (events[i - 1]?.at ?? 0))).toBe(true);
    }
  });
});
