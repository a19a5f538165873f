/** Efficiency, staffing, dashboard and phone figures of SecureAI. */
import { resolve } from 'node:path';
import type { MetricResult } from '../../src/domain/metrics/answers';
import type { History } from '../../src/domain/metrics/history';
import type { CompiledPack } from '../../src/domain/policy/types';
import { loadPack } from '../../src/policies/load';
import { ask, JANUARY, period, series, ticket, tickets, type Made } from '../support/histories';

let pack: CompiledPack;
beforeAll(async () => {
  ({ pack } = await loadPack(resolve(__dirname, '../../policies/secureai')));
});

const HOUR = 3_600_000;
const rate = (result: MetricResult): [number | null, number | undefined, number, string | undefined] => [
  result.total.value,
  result.total.part,
  result.total.n,
  result.total.mark,
];
const groups = (result: MetricResult): Record<string, number | null> =>
  Object.fromEntries(result.groups.map((one) => [one.key.join(' '), one.value]));

describe('efficiency', () => {
  const day = period('2025-01-27T05:00:00Z', '2025-01-28T05:00:00Z');
  const resolvedBy = (agent: string, tier: number, n: number): History[] =>
    tickets(n, { opened: '2025-01-27T14:00:00Z', ticket: { tier }, lines: [['PT1H', 'resolved', {}, agent]] });
  it('tickets of an agent and day lie within inclusive bounds of the tier, or are flagged [SEC-HD-086]', () => {
    const all = [...resolvedBy('Ann', 1, 16), ...resolvedBy('Ben', 2, 13), ...resolvedBy('Eve', 3, 3)];
    const result = ask(pack, 'agent_load', all, { period: day });
    expect(result.groups.map((one) => [...one.key, one.value, one.range?.place, one.range?.word, one.mark])).toEqual([
      ['1', 'Ann', 16, 'within', undefined, 'pass'],
      ['2', 'Ben', 13, 'above', 'overload', 'fail'],
      ['3', 'Eve', 3, 'within', undefined, 'pass'],
    ]);
    for (const [tier, low, high] of [
      [1, 15, 20],
      [2, 8, 12],
      [3, 3, 5],
    ] as const)
      for (const [n, place] of [
        [low - 1, 'below'],
        [low, 'within'],
        [high, 'within'],
        [high + 1, 'above'],
      ] as const)
        expect(ask(pack, 'agent_load', resolvedBy('Ann', tier, n), { period: day }).groups[0]?.range?.place).toBe(
          place,
        );
  });
  it('an agent who worked and resolved nothing counts, one who was away does not [SEC-HD-086] [SEC-HD-187]', () => {
    const worked = ticket({ opened: '2025-01-27T14:00:00Z', lines: [['PT1H', 'claimed', {}, 'Zoe']] });
    const result = ask(pack, 'tickets_per_agent', [...resolvedBy('Ann', 1, 32), worked], { period: day });
    expect(result.total).toMatchObject({ value: 16, n: 32, per: 2 });
  });
  it('deflection: customers who looked something up and opened no ticket within 24 h [SEC-HD-088]', () => {
    const sessions = series(
      'kb_sessions',
      Array.from({ length: 100 }, (_, i) => ['2025-01-15T10:00:00Z', 1, { customer: `c${i}@example.com` }]),
    );
    const opened = (n: number, late: number): History[] =>
      tickets(n, (i) => ({
        opened: i < late ? '2025-01-16T10:00:01Z' : '2025-01-16T10:00:00Z',
        ticket: { customer: { name: 'C', email: `c${i}@example.com`, plan: 'starter' } },
      }));
    expect(rate(ask(pack, 'kb_deflection', opened(60, 1), { series: sessions }))).toEqual([0.41, 41, 100, 'pass']);
    const at40 = ask(pack, 'kb_deflection', opened(60, 0), { series: sessions });
    expect(rate(at40)).toEqual([0.4, 40, 100, 'fail']);
    expect(at40.better).toBe('higher');
  });
  it('the lookup of one customer is counted once [SEC-HD-088]', () => {
    const sessions = series('kb_sessions', [
      ['2025-01-15T10:00:00Z', 1, { customer: 'a@b.c' }],
      ['2025-01-16T10:00:00Z', 1, { customer: 'a@b.c' }],
    ]);
    expect(ask(pack, 'kb_deflection', [], { series: sessions }).total.n).toBe(1);
  });
});

describe('staffing', () => {
  const AT = '2025-01-20T12:00:00Z';
  const staff = (metric: string, who: string, heads: number, customers: string, n: number) =>
    ask(pack, metric, [], { series: { ...series(who, [[AT, heads]]), ...series(customers, [[AT, n]]) } }).total;
  it('850 active customers need 9 agents of Tier 1; 8 are too few, 11 are over the plan [SEC-HD-242]', () => {
    const tier1 = (heads: number, n = 850) => staff('staffing_tier_1', 'tier_1_agents', heads, 'active_customers', n);
    expect(tier1(9)).toMatchObject({ value: 9, range: { min: 9, max: 10, place: 'within' }, mark: 'pass' });
    expect(tier1(8).range).toMatchObject({ place: 'below', word: 'understaffed' });
    expect(tier1(11).range).toMatchObject({ place: 'above', word: 'above the planned headcount' });
    expect(tier1(5, 100).range).toMatchObject({ min: 6, place: 'below' });
    expect(tier1(6, 600).range?.place).toBe('within');
    expect(tier1(6, 601).range?.place).toBe('below');
  });
  it('1000 active customers need 5 engineers of Tier 2 [SEC-HD-243]', () => {
    const tier2 = (heads: number) => staff('staffing_tier_2', 'tier_2_engineers', heads, 'active_customers', 1000);
    expect([tier2(4), tier2(5), tier2(6), tier2(7)].map((one) => one.range?.place)).toEqual([
      'below',
      'within',
      'within',
      'above',
    ]);
  });
  it('2000 active customers need 4 engineers of Tier 3 [SEC-HD-244]', () => {
    const tier3 = (heads: number) => staff('staffing_tier_3', 'tier_3_engineers', heads, 'active_customers', 2000);
    expect([tier3(3), tier3(4), tier3(5), tier3(6)].map((one) => one.range?.place)).toEqual([
      'below',
      'within',
      'within',
      'above',
    ]);
  });
  it('60 enterprise customers need 3 to 6 account managers, of whom 5 are planned at most [SEC-HD-245]', () => {
    const managers = (heads: number) =>
      staff('staffing_enterprise', 'account_managers', heads, 'enterprise_customers', 60);
    expect(managers(2).need).toEqual({ min: 3, max: 6 });
    expect(managers(2).range).toMatchObject({ min: 3, max: 5, place: 'below', word: 'understaffed' });
    expect([managers(3), managers(5), managers(6)].map((one) => one.range?.place)).toEqual([
      'within',
      'within',
      'above',
    ]);
    expect(staff('staffing_enterprise', 'account_managers', 4, 'enterprise_customers', 30).range).toMatchObject({
      max: 3,
      place: 'above',
    });
  });
  it('says nothing where nobody was counted [SEC-HD-242]', () => {
    expect(ask(pack, 'staffing_tier_1', []).total).toEqual({ value: null, n: 0 });
  });
});

describe('the dashboard', () => {
  const NOW = period('2025-01-27T20:00:00Z', '2025-01-27T20:00:00Z');
  it('counts open tickets, of which in progress and pending are a part [SEC-HD-185]', () => {
    const all = [
      ...tickets(23, { opened: '2024-11-01T12:00:00Z', lines: [['PT1H', 'claimed']] }),
      ...tickets(12, {
        lines: [
          ['PT1H', 'claimed'],
          ['PT2H', 'paused'],
        ],
      }),
      ...tickets(10),
      ...tickets(5, { lines: [['PT1H', 'resolved']] }),
    ];
    expect(
      ['open_tickets', 'in_progress', 'pending_customer'].map(
        (name) => ask(pack, name, all, { period: NOW }).total.value,
      ),
    ).toEqual([45, 23, 12]);
  });
  it('warns of breaches, and does not of none [SEC-HD-186]', () => {
    const today = period('2025-01-27T05:00:00Z', '2025-01-27T20:00:00Z');
    const breached: Made = {
      opened: '2025-01-27T14:00:00Z',
      lines: [['PT1H', 'breached', { subject: 'first_response' }]],
    };
    expect(ask(pack, 'breaches_today', tickets(2, breached), { period: today }).total).toMatchObject({
      value: 2,
      mark: 'warn',
    });
    expect(ask(pack, 'breaches_today', tickets(2), { period: today }).total).toMatchObject({ value: 0, mark: 'pass' });
  });
  it('shows agents online of all agents [SEC-HD-187]', () => {
    const points = {
      ...series('agents_online', [
        ['2025-01-27T09:00:00Z', 3],
        ['2025-01-27T19:00:00Z', 8],
      ]),
      ...series('agents_total', [['2025-01-01T00:00:00Z', 10]]),
    };
    expect(ask(pack, 'agents_online', [], { period: NOW, series: points }).total).toMatchObject({ value: 8, of: 10 });
  });
  it('gives each channel its share, 100 % together [SEC-HD-188]', () => {
    const all = [
      ...tickets(45, { ticket: { channel: 'email' } }),
      ...tickets(30, { ticket: { channel: 'chat' } }),
      ...tickets(15, { ticket: { channel: 'phone' } }),
      ...tickets(6, { ticket: { channel: 'portal' } }),
      ...tickets(4, { ticket: { channel: 'api' } }),
    ];
    const shares = groups(ask(pack, 'channels', all));
    expect(shares).toEqual({ Email: 0.45, 'Live chat': 0.3, Phone: 0.15, 'Self-service': 0.1 });
    expect(Object.values(shares).reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBeCloseTo(1, 12);
  });
  it('ranks the topics of the last 7 days; one of 8 days ago is not counted [SEC-HD-189]', () => {
    const now = Date.parse('2025-01-27T20:00:00Z');
    const counts = {
      'Upload failures': 23,
      'API authentication': 18,
      'Performance questions': 15,
      'Integration help': 12,
      'Billing questions': 8,
      Other: 1,
    };
    const all = Object.entries(counts).flatMap(([topic, n]) =>
      tickets(n, { opened: '2025-01-24T12:00:00Z', ticket: { topic } }),
    );
    const old = ticket({ opened: '2025-01-19T19:00:00Z', ticket: { topic: 'Upload failures' } });
    const result = ask(pack, 'top_issues', [old, ...all], { period: { from: now - 7 * 24 * HOUR, to: now } });
    expect(result.groups.map((one) => [one.key[0], one.value])).toEqual(Object.entries(counts).slice(0, 5));
  });
});

it('reports calls of a week: how many, how long they waited, given up, by option [SEC-HD-223]', () => {
  const week = period('2025-01-20T05:00:00Z', '2025-01-27T05:00:00Z');
  const calls = series('calls', [
    ['2025-01-21T15:00:00Z', 1, { option: '1', wait_seconds: 30, abandoned: false }],
    ['2025-01-22T15:00:00Z', 1, { option: '1', wait_seconds: 90, abandoned: true }],
    ['2025-01-23T15:00:00Z', 1, { option: '2', wait_seconds: 10, abandoned: false }],
    ['2025-01-28T15:00:00Z', 1, { option: '2', wait_seconds: 999, abandoned: true }],
  ]);
  const of = (metric: string) => ask(pack, metric, [], { period: week, series: calls });
  expect([of('calls').total.value, groups(of('calls'))]).toEqual([3, { '1': 2, '2': 1 }]);
  expect(groups(of('call_wait'))).toEqual({ '1': 60, '2': 10 });
  expect(groups(of('calls_abandoned'))).toEqual({ '1': 0.5, '2': 0 });
});

it('reports by period, tier, plan, priority and channel [SEC-HD-197]', () => {
  const customer = { name: 'E', email: 'e@example.com', plan: 'enterprise' };
  const all = [ticket({ ticket: { channel: 'phone', customer, priority: 'P2', tier: 2 } }), ...tickets(2)];
  for (const [filter, wanted] of [
    ['channel', 'phone'],
    ['plan', 'enterprise'],
    ['priority', 'P2'],
    ['tier', '2'],
  ] as const)
    expect(ask(pack, 'total_tickets', all, { filters: { [filter]: wanted } }).total.value).toBe(1);
  expect(groups(ask(pack, 'total_tickets', all, { by: ['channel'] }))).toEqual({ email: 2, phone: 1 });
  expect(
    ask(pack, 'total_tickets', all, { period: { ...JANUARY, from: JANUARY.to, to: JANUARY.to + HOUR } }).total.value,
  ).toBe(0);
  const kept = ticket({ ticket: { priority: 'P1', customer }, lines: [['PT1H', 'met', { subject: 'resolution' }]] });
  expect(groups(ask(pack, 'sla_by_priority_and_plan', [kept]))).toEqual({ 'P1 enterprise': 1 });
});
