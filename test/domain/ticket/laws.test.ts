import fc from 'fast-check';
import type { CompiledPack } from '../../../src/domain/policy/types';
import { advance, agenda, evolve, handle } from '../../../src/domain/ticket/engine';
import { blankState } from '../../../src/domain/ticket/evolve';
import type { TicketEvent, TicketState } from '../../../src/domain/ticket/types';
import { compilePackText, repositoryPack } from '../../support/pack';
import { play, randomOpening, randomScript, type Played } from '../../support/random';

const OPENED = Date.parse('2026-03-06T15:00:00Z');
const DAY = 86_400_000;

const CLOCKS = `
  calendars: { business: { zone: America/New_York, hours: { mon-fri: [["09:00", "12:00"], ["13:00", "17:00"]] }, holidays: ["2026-03-09"] } }
  fields: { share: { number: percent }, plan_b: { bool: optional } }
  tables: { sla: { keys: [priority], rows: { P1: PT1H, P2: PT4H, P3: PT24H, P4: P3D } } }
  conditions: { high: "ticket.priority in ['P1', 'P2']", over: "ticket.status in ['resolved', 'closed']" }
  commitments:
    reply: { from: [opened, reopened], due: "=table('sla', ticket.priority)", met: agent_reply, marks: ["75%", "-PT10M", "200%", "PT15M"], again: "100%", pause: "ticket.status == 'pending'" }
    fix: { from: opened, due: PT6H, calendar: business, met: resolved, marks: ["50%", "100%"], while: is.high, pause: "ticket.status == 'pending'" }
    days: { from: progress, due: { days: 1, at: close }, calendar: business, met: agent_reply, again: "50%" }
    updates: { from: opened, cadence: [{ until: PT1H, every: PT30M }, { every: PT4H }], early: PT5M, met: update_sent, marks: ["-PT10M", "25%"], while: is.high, pause: "ticket.status == 'pending'" }
    sync: { from: opened, cadence: [{ every: PT5H }], calendar: business, while: "!is.over" }
  rules:
    slow: { on: [claimed, progress], after: PT30M, while: "ticket.status != 'pending'", do: [{ tag: slow }, { note: "='share ' + string(ticket.share)" }] }
    restart: { on: breached(fix), when: ticket.plan_b, do: [{ clocks: { restart: [fix] } }] }
    stop: { on: tagged(x), do: [{ clocks: { stop: [reply] } }] }
`;
const PATHS = `
  catch_all: boss
  people: { one: { page: One, email: one@example.com }, two: { page: Two }, three: { fallback: two }, boss: { page: Boss, email: boss@example.com }, none: { title: None } }
  facts: { same: { port: crm } }
  paths:
    call: { levels: [{ to: one, ack: PT5M, repeat: 1 }, { to: [two, three], ack: PT10M }, { to: none, ack: PT1M }, { to: boss }] }
    tiers: { kind: functional, via: [email], status: escalated, levels: [{ to: one, ack: PT1H, sets: { tier: 1 } }, { to: two, sets: { tier: 2 } }] }
  rules:
    begin: { on: [opened, reopened], do: [{ page: { path: call, name: first, by: [PT1M, PT15M] } }, { notify: { to: [one, boss], template: t } }] }
    late: { on: undelivered(first), do: [{ page: { to: boss, by: PT1M } }] }
    same: { on: fact(same), when: fact.same.value >= 2, once: ticket, do: [{ escalate: { path: call, to: boss } }] }
    tell: { on: [escalated, exhausted], do: [{ notify: { to: [one, boss], template: t } }] }
    back: { on: noted, do: [{ deescalate: { path: tiers, reason: x } }] }
`;
const TASKS = `
  fields: { flags: { set: [a, b] }, summary: { text: optional }, grade: { enum: [x, y], tag: "grade-{value}" } }
  people: { lead: { email: lead@example.com } }
  tables:
    priority: { sets: priority, rows: [{ when: "'a' in ticket.flags", then: P1 }, { when: "ticket.grade == 'y'", then: P2 }] }
    rank: { sets: rank, hit: highest, rows: [{ when: "ticket.priority == 'P1'", then: 90 }, { then: 10 }] }
  conditions: { p1: "ticket.priority == 'P1' && ticket.status != 'closed'", both: "is.p1 && 'b' in ticket.flags", quiet: "!seen('agent_reply')" }
  tasks:
    name: { opens: began(p1), for: lead, sets: [summary], marks: [PT15M], due: PT1H, while: is.p1 }
    look: { opens: [opened, progress], for: lead, remind: PT6H, closes: agent_reply }
    pick: { opens: began(both), for: lead, choices: [yes, no], due: { days: 2, at: same } }
    paper: { opens: resolved, for: lead, ask: { text: text }, marks: ["-PT12H"], due: PT48H }
  guards:
    text: { command: resolve, needs: [ticket.resolution], say: A text }
    paper: { command: close, when: is.p1, needs: [task.paper], say: The paper, override: { by: [lead] } }
  rules:
    hello: { on: update_sent, do: [{ send: { template: news } }] }
    overdue: { on: breached(task), do: [{ notify: { to: lead, template: overdue } }] }
    close: { on: resolved, after: P7D, while: "ticket.status == 'resolved'", do: [{ command: close, reason: auto }] }
    quiet: { on: ended(quiet), once: ticket, do: [{ untag: grade-x }, { set: { grade: y } }] }
`;
const NEWS = { news: { audience: 'customer' as const, needs: ['ticket.summary'], text: '{{ ticket.summary }}' } };

const secureai = repositoryPack('secureai').then(({ pack }) => pack);
const packs: [string, () => Promise<CompiledPack>][] = [
  ['clocks', () => Promise.resolve(compilePackText(CLOCKS))],
  ['paths', () => Promise.resolve(compilePackText(PATHS))],
  ['tasks', () => Promise.resolve(compilePackText(TASKS, NEWS))],
  ['secureai', () => secureai],
];

function expectSame(
  a: { state: TicketState; events: TicketEvent[] },
  b: { state: TicketState; events: TicketEvent[] },
): void {
  expect(a.events).toEqual(b.events);
  expect(a.state).toEqual(b.state);
}

/** What a step does, done in two steps. */
function inTwo(pack: CompiledPack, step: Played, cut: number): { state: TicketState; events: TicketEvent[] } {
  const first = advance(pack, step.before, cut, step.at);
  const outcome = step.input
    ? handle(pack, first.state, step.input, step.at)
    : { ok: true as const, ...advance(pack, first.state, step.at, step.at) };
  if (!outcome.ok) throw new Error(outcome.rejection.message);
  return { state: outcome.state, events: [...first.events, ...outcome.events] };
}

describe.each(packs)('a random ticket under the pack %s', (name, compile) => {
  const runs = { numRuns: name === 'secureai' ? 10 : 40 };
  const law = async (
    check: (pack: CompiledPack, played: ReturnType<typeof play>, cut: number) => void,
  ): Promise<void> => {
    const pack = await compile();
    fc.assert(
      fc.property(randomOpening(pack), randomScript(pack), fc.nat(1_000), (opening, script, cut) =>
        check(pack, play(pack, opening, script, OPENED), cut),
      ),
      runs,
    );
  };

  test('has events in dense order whose instants never decrease', () =>
    law((_pack, { events }) => {
      expect(events.map((event) => event.seq)).toEqual(events.map((_event, i) => i + 1));
      expect(events.every((event, i) => i === 0 || event.at >= (events[i - 1]?.at ?? 0))).toBe(true);
    }));

  test('is the fold of its events', () =>
    law((_pack, { events, state }) => {
      expect(events.reduce(evolve, blankState(state.id, state.pack))).toEqual(state);
    }));

  test('is the same after a round trip through JSON, and goes on the same', () =>
    law((pack, { events, state }) => {
      const copy = JSON.parse(JSON.stringify(state)) as TicketState;
      expect(copy).toStrictEqual(state);
      expect(JSON.parse(JSON.stringify(events))).toStrictEqual(events);
      const until = state.at + 3 * DAY;
      expectSame(advance(pack, copy, until, until), advance(pack, state, until, until));
    }));

  test('takes an input as time up to it and then the input', () =>
    law((pack, { steps }) => {
      for (const step of steps) expectSame(inTwo(pack, step, step.at - 1), { state: step.after, events: step.events });
    }));

  test('does not depend on how time is cut', () =>
    law((pack, { steps, state }, cut) => {
      for (const step of steps) {
        const span = Math.max(0, step.at - 1 - step.before.at);
        const at = Math.min(step.at - 1, Math.floor(step.before.at + (span * cut) / 1_000));
        expectSame(inTwo(pack, step, at), { state: step.after, events: step.events });
      }
      const until = state.at + 3 * DAY;
      const half = advance(pack, state, state.at + Math.floor(3 * DAY * (cut / 1_000)), until);
      const rest = advance(pack, half.state, until, until);
      expectSame({ state: rest.state, events: [...half.events, ...rest.events] }, advance(pack, state, until, until));
    }));

  test('has an agenda that is sorted, stable, and without a past', () =>
    law((pack, { steps }) => {
      for (const { at, after } of steps) {
        const { state } = advance(pack, after, at, at);
        const items = agenda(pack, state);
        expect(items.every((item) => item.at > at)).toBe(true);
        expect(items.every((item, i) => i === 0 || (items[i - 1]?.at ?? 0) <= item.at)).toBe(true);
        expect(new Set(items.map((item) => `${item.id} ${item.kind} ${item.label}`)).size).toBe(items.length);
        expect(agenda(pack, JSON.parse(JSON.stringify(state)) as TicketState)).toEqual(items);
      }
    }));

  test('has a key of its own for each delivery', () =>
    law((pack, { events, state }) => {
      const until = state.at + 3 * DAY;
      const all = [...events, ...advance(pack, state, until, until).events].filter(
        (event) => event.type === 'delivery',
      );
      expect(new Set(all.map((event) => event.data['key'])).size).toBe(all.length);
    }));

  test('never has a fault of the engine', () =>
    law((pack, { events, state }) => {
      const until = state.at + 3 * DAY;
      const all = [...events, ...advance(pack, state, until, until).events];
      expect(all.filter((event) => event.type === 'engine_fault').map((event) => event.data)).toEqual([]);
    }));

  test('that is resolved or closed neither escalates nor breaches what is older', () =>
    law((_pack, { steps }) => {
      for (const { before, after, events } of steps) {
        if (!['resolved', 'closed'].includes(before.ticket.status) || after.ticket.status !== before.ticket.status)
          continue;
        expect(events.filter((event) => ['escalated', 'paged', 'exhausted', 'repeated'].includes(event.type))).toEqual(
          [],
        );
        for (const event of events.filter((one) => one.type === 'breached' && one.data['owner'] === 'commitment')) {
          const clock = after.clocks[`commitment:${event.subject ?? ''}`];
          expect(clock?.anchor).toBeGreaterThanOrEqual(before.seen['resolved']?.last ?? Infinity);
        }
      }
    }));

  test('has no due item from a clock that stands still', () =>
    law((pack, { steps }) => {
      for (const { after } of steps) {
        for (const item of agenda(pack, after)) {
          const clock = after.clocks[item.id];
          if (clock) expect(clock.status).toBe('running');
        }
      }
    }));
});
