/** Random tickets and scripts, the same for the same seed; small packs with every kind of clock. */
import type { CompiledPack, Json } from '../../src/domain/policy/types';
import { formatDuration, formatInstant } from '../../src/domain/time/instants';
import { hashOf } from '../../src/policies/load';
import { rehearseOnCore } from '../../src/rehearsal/core-engine';
import { planOf, type Plan } from '../../src/rehearsal/plan';
import { scenarioSchema, momentOf, type Scenario } from '../../src/rehearsal/scenario';
import { compilePackText, type TestTemplate } from './pack';

const PEOPLE = `
    catch_all: boss
    people:
      engineer: { email: e@example.com, page: Engineers }
      second: { email: s@example.com, page: Seconds, slack: "#second" }
      manager: { email: m@example.com, page: Managers }
      boss: { email: b@example.com, page: Bosses }
      leads: { group: [manager, second] }
`;
const TEMPLATES: Record<string, TestTemplate> = {
  news: { text: '{{ ticket.subject }}' },
  public_news: { text: '{{ ticket.priority }}', audience: 'public' },
  to_customer: { text: '{{ ticket.summary }}', audience: 'customer', needs: ['ticket.summary'] },
};

const SOURCES: Record<string, string> = {
  /** Paths, acknowledgements, deadlines of receipts. */
  paths: `
    ${PEOPLE}
    fields: { priority: { enum: [P1, P2, P3, P4], default: P3 }, tier: { number: count, default: 1 } }
    conditions: { urgent: "ticket.priority == 'P1' && ticket.status != 'resolved'" }
    paths:
      on_call: { levels: [{ to: engineer, ack: PT5M, repeat: 2 }, { to: [second, manager], ack: PT10M }], catch_all: boss }
      technical: { kind: functional, via: [email], status: escalated, levels: [{ to: engineer, sets: { tier: 1 } }, { to: second, sets: { tier: 2 }, ack: PT30M }, { to: leads, sets: { tier: 3 } }] }
    rules:
      begin: { on: "began(urgent)", do: [{ page: { path: on_call, name: first_page, by: [PT1M, PT5M] } }, { status_page: { state: investigating, template: public_news, name: page_public, by: PT5M } }] }
      lost: { on: [undelivered(first_page), undelivered(page_public)], do: [{ notify: { to: manager, via: [email], template: news } }] }
      over: { on: resolved, do: [{ status_page: { state: resolved, template: public_news } }] }
  `,
  /** Commitments on calendars, pauses, marks, repeats, delayed rules. */
  clocks: `
    ${PEOPLE}
    zone: Europe/Berlin
    calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: [["09:00", "12:00"], ["13:00", "17:00"]] } } }
    fields: { priority: { enum: [P1, P2, P3, P4], default: P3 } }
    commitments:
      response: { from: opened, due: PT2H, calendar: office, met: agent_reply, marks: ["50%", "90%"], again: "100%" }
      resolution: { from: [opened, reopened], due: PT8H, met: resolved, pause: "ticket.status == 'pending'", marks: ["75%", "-PT30M"] }
      urgent: { from: opened, due: PT45M, met: [agent_reply, progress], while: "ticket.priority == 'P1'", marks: ["50%"], again: "100%" }
    rules:
      warned: { on: [mark(response), mark(resolution), mark(urgent)], do: [{ notify: { to: manager, via: [email], template: news } }] }
      broken: { on: [breached(response), breached(resolution), again(response), breached(urgent)], do: [{ page: { to: engineer, template: news } }] }
      stuck: { on: [claimed, progress], after: PT90M, while: "ticket.status != 'pending' && ticket.status != 'resolved'", do: [{ tag: stuck }] }
      closes: { on: resolved, after: PT6H, while: "ticket.status == 'resolved'", do: [{ command: close, reason: auto_close }] }
  `,
  /** Cadences, tasks, messages that wait for a field, facts. */
  cadences: `
    ${PEOPLE}
    fields: { priority: { enum: [P1, P2, P3, P4], default: P3 }, summary: { text: required }, verdict: { text: optional } }
    conditions: { live: "ticket.status != 'resolved' && ticket.status != 'closed'" }
    facts: { twins: { tickets: "other.customer.plan == ticket.customer.plan", watch: true } }
    commitments:
      updates: { from: opened, cadence: [{ until: PT1H, every: PT30M }, { every: PT1H }], early: PT5M, met: update_sent, marks: ["-PT10M"], while: is.live }
      sync: { from: opened, cadence: [{ every: PT45M }], while: "is.live && ticket.status != 'pending'" }
    tasks:
      check: { title: Check, opens: opened, for: engineer, due: PT40M, marks: [PT10M], while: is.live }
      sync: { title: Sync, opens: due(sync), for: manager, ask: { text: optional }, lapses: true, while: is.live }
      verdict: { title: Verdict, opens: resolved, for: manager, sets: [verdict], remind: PT2H, due: PT3H }
    rules:
      told: { on: opened, do: [{ send: { to: customer, template: to_customer, name: hello } }] }
      update: { on: update_sent, do: [{ send: { to: customer, template: to_customer } }, { status_page: { state: identified, template: public_news } }] }
      missed: { on: breached(updates), do: [{ page: { to: engineer, template: news } }] }
      overdue: { on: breached(task), do: [{ notify: { to: [manager, engineer], via: [email, slack], template: news } }] }
      repeated: { on: fact(twins), do: [{ tag: twins }] }
  `,
};

/** The small packs, compiled. */
export function smallPacks(): { pack: CompiledPack; hash: string }[] {
  return Object.entries(SOURCES).map(([name, source]) => {
    const pack = { ...compilePackText(source, TEMPLATES), id: name };
    return { pack, hash: hashOf(pack, {}) };
  });
}

/** A generator of numbers in [0, 1): mulberry32. */
export function randomOf(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Step = Record<string, Json>;
const MINUTE = 60_000;

/** A plan of a seed under a pack. `hours` bounds how long it plays. */
export function randomPlan(seed: number, { pack, hash }: { pack: CompiledPack; hash: string }, hours = 18): Plan {
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const roles = Object.keys(pack.people);
  const paths = Object.keys(pack.paths);
  const { flags } = pack.fields;
  const openedAt = Date.UTC(2026, 1 + below(9), 1 + below(28), below(24), below(4) * 15);
  const moment = (): string =>
    formatDuration(
      random() < 0.5 ? below(hours * 60) * MINUTE : random() < 0.5 ? below(120) * MINUTE : below(hours * 3600) * 1000,
    );
  const path = (): Step => (paths.length > 0 && random() < 0.6 ? { path: pick(paths) } : {});
  const kinds: (() => Step)[] = [
    () => ({ do: 'claim' }),
    () => ({ do: 'reply', text: 'we look into it' }),
    () => ({ do: 'progress', text: 'half way' }),
    () => ({ do: 'send_update', text: 'news' }),
    () => ({ do: 'pause' }),
    () => ({ do: 'resume' }),
    () => ({ do: 'message', text: 'still broken', by: 'customer' }),
    () => ({ do: 'acknowledge', by: pick(roles), ...path() }),
    () => ({ do: 'escalate', reason: 'stuck', ...path() }),
    () => ({ do: 'deescalate', reason: 'quiet', ...path() }),
    () => ({ do: 'set', priority: pick(['P1', 'P2', 'P3']) }),
    () => ({ do: 'set', summary: 'what happened' }),
    () => ({ do: 'answer', task: pick([...Object.keys(pack.tasks), 'nothing']), text: 'done' }),
    () => ({ do: 'note', text: 'n' }),
    () => ({ do: 'tag', tag: pick(['a', 'b']) }),
    () => ({ do: 'hand_off', to: pick(roles) }),
    () => ({ do: 'resolve', resolution: 'replaced' }),
    () => ({ do: 'reopen' }),
    () => ({ do: 'close' }),
  ];
  const script: Step[] = Array.from({ length: 2 + below(10) }, () => ({ at: moment(), by: 'agent', ...pick(kinds)() }));
  const outcome = (): Step => ({
    match: random() < 0.5 ? { channel: pick(['page', 'email', 'status_page']) } : { role: pick(roles) },
    outcome: pick(['delivered', 'failed', 'unreached', 'delivered']),
    after: pick(['PT0S', 'PT1S', 'PT30S', 'PT1M', 'PT2M', 'PT5M', 'PT90M']),
  });
  const source = {
    policy: pack.id,
    opened: formatInstant(openedAt),
    until: `PT${hours}H`,
    ticket: {
      subject: 'Nothing loads',
      channel: 'email',
      ...(random() < 0.6 ? { priority: pick(['P1', 'P1', 'P2', 'P3']) } : {}),
      customer: {
        name: 'Jane Smith',
        email: 'jane@example.com',
        plan: pick(['starter', 'professional', 'enterprise']),
      },
      ...(flags && random() < 0.7
        ? { fields: { flags: [flags.values.includes('system_outage') ? 'system_outage' : pick(flags.values)] } }
        : {}),
    },
    script,
    deliveries: Array.from({ length: below(4) }, outcome),
    answers: Object.keys(pack.facts).flatMap((fact) => (random() < 0.5 ? [{ fact, at: moment(), value: 2 }] : [])),
  };
  const planned = (steps: Step[]): Plan => {
    const parsed = scenarioSchema.parse({ ...source, script: steps });
    const scenario = {
      ...parsed,
      file: `seed-${seed}`,
      openedAt,
      untilAt: momentOf(parsed.until, openedAt),
    } as Scenario;
    return planOf(scenario, pack, hash);
  };
  // Commands at the very instants at which something falls due: taken from the timeline without them.
  const due = rehearseOnCore(planned(script)).events.filter(
    (event) => event.by.kind === 'engine' && event.at > openedAt,
  );
  const exact: Step[] =
    due.length === 0
      ? []
      : Array.from({ length: below(4) }, () => ({ at: formatInstant(pick(due).at), by: 'agent', ...pick(kinds)() }));
  return planned([...script, ...exact]);
}
