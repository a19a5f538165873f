/** Key figures of SecureAI, each at its bound and beside it. */
import { resolve } from 'node:path';
import type { MetricResult } from '../../src/domain/metrics/answers';
import type { History } from '../../src/domain/metrics/history';
import type { CompiledPack, JsonObject } from '../../src/domain/policy/types';
import { loadPack } from '../../src/policies/load';
import { ask, period, ticket, tickets, type Line, type Made } from '../support/histories';

let pack: CompiledPack;
beforeAll(async () => {
  ({ pack } = await loadPack(resolve(__dirname, '../../policies/secureai')));
});

const HOUR = 3_600_000;
const escalated = (at: string, level: number, data: JsonObject = {}, path = 'technical', by = 'agent'): Line => [
  at,
  'escalated',
  { subject: path, level, reason: 'technical_complexity', ...data },
  by,
];
const rate = (result: MetricResult): [number | null, number | undefined, number, string | undefined] => [
  result.total.value,
  result.total.part,
  result.total.n,
  result.total.mark,
];
const groups = (result: MetricResult): Record<string, number | null> =>
  Object.fromEntries(result.groups.map((one) => [one.key.join(' '), one.value]));

describe('escalation rate', () => {
  const of = (n: number, all: number): History[] => [
    ...tickets(n, { lines: [escalated('PT30M', 2), escalated('PT2H', 3)] }),
    ...tickets(all - n),
  ];
  it('is the share of tickets escalated at least once; 20 of 100 is not under 20 % [SEC-ESC-170]', () => {
    expect(rate(ask(pack, 'escalation_rate', of(19, 100)))).toEqual([0.19, 19, 100, 'pass']);
    expect(rate(ask(pack, 'escalation_rate', of(20, 100)))).toEqual([0.2, 20, 100, 'fail']);
  });
  it('counts 85 of 500 as 17 %, lower is better [SEC-HD-087]', () => {
    const result = ask(pack, 'escalation_rate', of(85, 500));
    expect(rate(result)).toEqual([0.17, 85, 500, 'pass']);
    expect(result).toMatchObject({ better: 'lower', target: '< 20%', label: 'Tier 1 effectiveness' });
  });
  it('has no value without tickets: it is not 0 [SEC-ESC-170]', () => {
    expect(ask(pack, 'escalation_rate', []).total).toEqual({ value: null, n: 0, part: 0 });
  });
  it('is shown apart for Tier 1 → 2 and Tier 2 → 3, with counts [SEC-ESC-171]', () => {
    const all = [
      ...tickets(2, { lines: [escalated('PT30M', 2), escalated('PT2H', 3, { from: 2 })] }),
      ...tickets(8, { lines: [escalated('PT30M', 2)] }),
      ...tickets(40),
    ];
    expect(rate(ask(pack, 'tier_1_to_2', all)).slice(0, 3)).toEqual([0.2, 10, 50]);
    expect(rate(ask(pack, 'tier_2_to_3', all)).slice(0, 3)).toEqual([0.2, 2, 10]);
  });
  it('leaves out of Tier 1 what went straight to Tier 3 [SEC-ESC-171]', () => {
    const all = [
      ticket({ ticket: { priority: 'P1', tier: 3 }, lines: [escalated('PT0S', 3, { immediate: true })] }),
      ...tickets(4),
    ];
    expect(rate(ask(pack, 'tier_1_to_2', all)).slice(0, 3)).toEqual([0, 0, 4]);
  });
  it('has a value for each month, with the direction [SEC-ESC-172] [SEC-ESC-231]', () => {
    const months = [10, 20, 15, 10, 5, 10].flatMap((n, i) => {
      const opened = `2025-0${i + 1}-10T12:00:00Z`;
      return [...tickets(n, { opened, lines: [escalated('PT30M', 2)] }), ...tickets(100 - n, { opened })];
    });
    const half = period('2025-01-01T05:00:00Z', '2025-07-01T04:00:00Z');
    const result = ask(pack, 'escalation_rate', months, { period: half, by: ['month'] });
    expect(groups(result)).toEqual({
      '2025-01': 0.1,
      '2025-02': 0.2,
      '2025-03': 0.15,
      '2025-04': 0.1,
      '2025-05': 0.05,
      '2025-06': 0.1,
    });
    expect(result.trend).toBe('up');
    expect(
      ask(pack, 'escalation_rate', months, {
        period: { ...half, to: Date.parse('2025-06-01T04:00:00Z') },
        by: ['month'],
      }).trend,
    ).toBe('down');
  });
  it('keeps a month without tickets as one without data [SEC-ESC-172]', () => {
    const result = ask(pack, 'escalation_rate', tickets(3), {
      period: period('2025-01-01T05:00:00Z', '2025-03-01T05:00:00Z'),
      by: ['month'],
    });
    expect(groups(result)).toEqual({ '2025-01': 0, '2025-02': null });
  });
});

describe('escalation resolution time', () => {
  /** Ten escalated tickets, `hours` from escalation to resolution, and others so that the average of all is 8.4 h. */
  const of = (minutes: number): History[] => {
    const escalatedOnes = tickets(10, { lines: [escalated('PT2H', 2), [`PT${120 + minutes}M`, 'resolved']] });
    const average = 8.4 * 60;
    const rest = Math.round((20 * average - 10 * (120 + minutes)) / 10);
    return [...escalatedOnes, ...tickets(10, { lines: [[`PT${rest}M`, 'resolved']] })];
  };
  it('is on target at half of the average, and the baseline is shown [SEC-ESC-173]', () => {
    const on = ask(pack, 'escalation_resolution_time', of(252));
    expect(on.total).toMatchObject({ own: 4.2 * HOUR, value: 0.5, met: true, mark: 'pass', n: 10 });
    expect(on.baseline).toEqual({ metric: 'ttr', title: 'Time to resolution', value: 8.4 * HOUR });
    expect(ask(pack, 'escalation_resolution_time', of(258)).total).toMatchObject({ own: 4.3 * HOUR, mark: 'fail' });
  });
  it('is held against all resolved tickets in the same mix of priorities [SEC-ESC-173]', () => {
    const all = [
      ticket({ ticket: { priority: 'P2' }, lines: [escalated('PT1H', 2), ['PT5H', 'resolved']] }),
      ticket({ ticket: { priority: 'P2' }, lines: [['PT11H', 'resolved']] }),
      ...tickets(50, { ticket: { priority: 'P4' }, lines: [['PT100H', 'resolved']] }),
    ];
    expect(ask(pack, 'escalation_resolution_time', all)).toMatchObject({
      baseline: { value: 8 * HOUR },
      total: { own: 4 * HOUR, value: 0.5, mark: 'pass' },
    });
  });
  it('has an average and a count for each priority, and none where there are no data [SEC-ESC-174]', () => {
    const one = (priority: string, hours: number): Made => ({
      ticket: { priority },
      lines: [escalated('PT1H', 2), [`PT${1 + hours}H`, 'resolved']],
    });
    const all = [ticket(one('P1', 1)), ticket(one('P1', 3)), ticket(one('P2', 4)), ticket(one('P3', 8))];
    const result = ask(pack, 'escalation_resolution_by_priority', all);
    expect(result.groups.map((one) => [one.key[0], one.value, one.n])).toEqual([
      ['P1', 2 * HOUR, 2],
      ['P2', 4 * HOUR, 1],
      ['P3', 8 * HOUR, 1],
      ['P4', null, 0],
    ]);
  });
});

describe('escalation reasons', () => {
  const reasons = (n: number, reason: string): History[] => tickets(n, { lines: [escalated('PT1H', 2, { reason })] });
  it('are four groups beside the documented shares, with the deviation and no mark [SEC-ESC-175]', () => {
    const all = [
      ...reasons(9, 'integration_problem'),
      ...reasons(6, 'requires_code_changes'),
      ...reasons(3, 'customer_request'),
      ...reasons(2, 'sla_risk'),
    ];
    const result = ask(pack, 'escalation_reasons', all);
    expect(result.groups.map((one) => [one.key[0], one.value, one.part, one.reference])).toEqual([
      ['technical_complexity', 0.45, 9, 0.45],
      ['requires_engineering', 0.3, 6, 0.3],
      ['customer_request', 0.15, 3, 0.15],
      ['sla_risk', 0.1, 2, 0.1],
    ]);
    expect(result.groups.every((one) => one.deviation === 0 && one.mark === undefined)).toBe(true);
  });
  it('show how far from the documented shares they are, and any code belongs to a group [SEC-ESC-175]', () => {
    const result = ask(pack, 'escalation_reasons', [...reasons(1, 'never_heard_of'), ...reasons(1, 'sla_risk')]);
    expect(groups(result)).toEqual({
      technical_complexity: 0.5,
      requires_engineering: 0,
      customer_request: 0,
      sla_risk: 0.5,
    });
    expect(result.groups[3]?.deviation).toBeCloseTo(0.4, 12);
  });
  it('are ranked by topic, the five most frequent only [SEC-ESC-180]', () => {
    const topics = {
      'API integration complexity': 23,
      'Custom SIEM configuration': 18,
      'Performance optimization': 15,
      'Security questions': 12,
      'Bug reports': 11,
      Billing: 4,
      Other: 2,
    };
    const all = Object.entries(topics).flatMap(([topic, n]) =>
      tickets(n, { ticket: { topic }, lines: [escalated('PT1H', 2)] }),
    );
    const result = ask(pack, 'top_escalation_reasons', all);
    expect(result.total.n).toBe(85);
    expect(result.groups.map((one) => [one.key[0], one.value])).toEqual([
      ['API integration complexity', 23],
      ['Custom SIEM configuration', 18],
      ['Performance optimization', 15],
      ['Security questions', 12],
      ['Bug reports', 11],
    ]);
  });
});

describe('de-escalations', () => {
  const back = (n: number, reason: string): History[] =>
    tickets(n, {
      lines: [
        escalated('PT1H', 2, {}, 'technical', 'John'),
        ['PT2H', 'deescalated', { subject: 'technical', from: 2, level: 1, reason }, 'Tess'],
      ],
    });
  const kept = (n: number): History[] => tickets(n, { lines: [escalated('PT1H', 2)] });
  it('are the share of escalations sent back; 5.0 % is not under 5 % [SEC-ESC-176]', () => {
    const result = ask(pack, 'deescalation_rate', [...back(3, 'premature'), ...kept(82)]);
    expect(rate(result)).toEqual([3 / 85, 3, 85, 'pass']);
    expect(result.label).toBe('quality of escalation decisions');
    expect(rate(ask(pack, 'deescalation_rate', [...back(1, 'premature'), ...kept(19)]))).toEqual([0.05, 1, 20, 'fail']);
  });
  it('count against the decision only when premature or reclassified [SEC-ESC-176]', () => {
    const all = [...back(2, 'resolved'), ...back(1, 'workaround'), ...back(1, 'reclassified_lower'), ...kept(96)];
    expect(rate(ask(pack, 'deescalation_rate', all)).slice(0, 3)).toEqual([0.01, 1, 100]);
  });
  it('count for the step that was sent back, not for the one before it [SEC-ESC-176]', () => {
    const both = ticket({
      lines: [
        escalated('PT1H', 2),
        escalated('PT2H', 3, { from: 2 }),
        ['PT3H', 'deescalated', { subject: 'technical', from: 3, level: 2, reason: 'premature' }],
      ],
    });
    expect(rate(ask(pack, 'deescalation_rate', [both])).slice(0, 3)).toEqual([0.5, 1, 2]);
  });
  it('are analysed by reason, by who escalated and from which level [SEC-ESC-234]', () => {
    const all = [...back(2, 'premature'), ...back(1, 'resolved')];
    expect(groups(ask(pack, 'deescalations_by_reason', all))).toEqual({ premature: 2, resolved: 1 });
    expect(groups(ask(pack, 'deescalations_by_agent', all))).toEqual({ 'John 2': 3 });
  });
});

describe('response and resolution', () => {
  const answered = (minutes: number, kept = true): Made => ({
    lines: [
      ['PT0S', 'agent_reply', {}, 'engine'],
      ...(kept ? [] : [['PT1H', 'breached', { subject: 'first_response', owner: 'commitment' }] as Line]),
      [`PT${minutes}M`, 'agent_reply'],
      [`PT${minutes}M`, 'met', { subject: 'first_response', late: !kept }],
    ],
  });
  it('the first response is that of a person: 1.9 h is under 2 h, 2 h is not [SEC-HD-078]', () => {
    expect(ask(pack, 'frt', tickets(100, answered(114))).total).toMatchObject({
      value: 1.9 * HOUR,
      n: 100,
      mark: 'pass',
    });
    expect(ask(pack, 'frt', tickets(100, answered(120))).total).toMatchObject({ value: 2 * HOUR, mark: 'fail' });
  });
  it('an agent in a chat or on the telephone answers; the customer, a bot, and who takes the ticket do not [SEC-HD-078]', () => {
    const by = (last: Line): History =>
      ticket({
        lines: [
          ['PT1M', 'message', { subject: 'customer' }, { name: 'Jane', kind: 'customer' }],
          ['PT2M', 'message', { subject: 'agent' }, { name: 'bot', kind: 'feed' }],
          ['PT3M', 'claimed', { owner: 'ben' }],
          last,
        ],
      });
    const chat = by(['PT60M', 'message', { subject: 'agent' }]);
    const call = by(['PT60M', 'claimed', { owner: 'ben', call: 'c-1' }]);
    const none = by(['PT60M', 'message', { subject: 'customer' }, { name: 'Jane', kind: 'customer' }]);
    expect(ask(pack, 'frt', [chat, call, none]).total).toMatchObject({ value: HOUR, n: 2 });
  });
  it('a ticket that nobody answered does not make the average better [SEC-HD-078]', () => {
    expect(
      ask(pack, 'frt', [ticket(answered(60)), ticket({ lines: [['PT0S', 'agent_reply', {}, 'engine']] })]).total,
    ).toMatchObject({ value: HOUR, n: 1 });
  });
  it('96 of 100 first responses in time are over 95 %, 95 are not [SEC-HD-078] [SEC-HD-186]', () => {
    const of = (n: number): History[] => [...tickets(n, answered(30)), ...tickets(100 - n, answered(90, false))];
    expect(rate(ask(pack, 'response_sla', of(96)))).toEqual([0.96, 96, 100, 'pass']);
    expect(rate(ask(pack, 'response_sla', of(95)))).toEqual([0.95, 95, 100, 'fail']);
  });
  it('time to resolution is from creation to resolution: 24 h is not under 24 h [SEC-HD-079]', () => {
    const of = (minutes: number): History[] => tickets(4, { lines: [[`PT${minutes}M`, 'resolved']] });
    expect(ask(pack, 'ttr', of(18.5 * 60)).total).toMatchObject({ value: 18.5 * HOUR, mark: 'pass' });
    expect(ask(pack, 'ttr', of(24 * 60)).total).toMatchObject({ value: 24 * HOUR, mark: 'fail' });
  });
  const promised = (n: number, all: number): History[] => [
    ...tickets(n, {
      lines: [
        ['PT1H', 'resolved'],
        ['PT1H', 'met', { subject: 'resolution' }],
      ],
    }),
    ...tickets(all - n, { lines: [['PT4H', 'breached', { subject: 'resolution', owner: 'commitment' }]] }),
  ];
  it('92.3 % within the resolution SLA are on target, 90.0 % are not [SEC-HD-079] [SEC-HD-186]', () => {
    expect(rate(ask(pack, 'resolution_sla', promised(923, 1000)))).toEqual([0.923, 923, 1000, 'pass']);
    expect(rate(ask(pack, 'resolution_sla', promised(90, 100)))).toEqual([0.9, 90, 100, 'fail']);
  });
  it('SLA compliance of the report counts tickets that kept both promises [SEC-ESC-179] [SEC-ESC-001]', () => {
    const both = ticket({
      lines: [
        ['PT1H', 'breached', { subject: 'first_response' }],
        ['PT2H', 'met', { subject: 'resolution' }],
      ],
    });
    expect(rate(ask(pack, 'sla_compliance', [...promised(94, 99), both]))).toEqual([0.94, 94, 100, 'pass']);
    expect(rate(ask(pack, 'sla_compliance', [...promised(89, 99), both]))).toEqual([0.89, 89, 100, 'fail']);
  });
  it('critical tickets on time must be all of them [SEC-HD-186]', () => {
    const p1 = (kept: boolean): History =>
      ticket({
        ticket: { priority: 'P1' },
        lines: [kept ? ['PT1H', 'met', { subject: 'resolution' }] : ['PT4H', 'breached', { subject: 'resolution' }]],
      });
    expect(rate(ask(pack, 'critical_on_time', [p1(true), p1(true), ...promised(0, 3)]))).toEqual([1, 2, 2, 'pass']);
    expect(rate(ask(pack, 'critical_on_time', [p1(true), p1(false)]))).toEqual([0.5, 1, 2, 'fail']);
  });
  it('first contact: one reply, no escalation, not reopened; 70.0 % is not over 70 % [SEC-HD-080]', () => {
    const first: Made = {
      lines: [
        ['PT1H', 'agent_reply'],
        ['PT2H', 'resolved'],
      ],
    };
    const other: Made[] = [
      {
        lines: [
          ['PT1H', 'agent_reply'],
          ['PT90M', 'agent_reply'],
          ['PT2H', 'resolved'],
        ],
      },
      { lines: [['PT1H', 'agent_reply'], escalated('PT90M', 2), ['PT2H', 'resolved']] },
      {
        lines: [
          ['PT1H', 'agent_reply'],
          ['PT2H', 'resolved'],
          ['PT3H', 'reopened'],
        ],
      },
    ];
    const of = (n: number): History[] => [...tickets(n, first), ...tickets(100 - n, (i) => other[i % 3] ?? first)];
    expect(rate(ask(pack, 'fcr', of(72)))).toEqual([0.72, 72, 100, 'pass']);
    expect(rate(ask(pack, 'fcr', of(70)))).toEqual([0.7, 70, 100, 'fail']);
  });
  it('reopened within 7 days counts to the instant; day 8 does not [SEC-HD-085]', () => {
    const re = (n: number, after: string): History[] =>
      tickets(n, {
        opened: '2025-01-02T12:00:00Z',
        lines: [
          ['PT1H', 'resolved'],
          [after, 'reopened'],
        ],
      });
    const rest = tickets(89, { lines: [['PT1H', 'resolved']] });
    const result = ask(pack, 'reopen_rate', [...re(8, 'PT20H'), ...re(1, 'PT169H'), ...re(2, 'P8D'), ...rest]);
    expect(rate(result)).toEqual([0.09, 9, 100, 'pass']);
    expect(result.label).toBe('quality of the first resolution');
    expect(rate(ask(pack, 'reopen_rate', [...re(10, 'PT20H'), ...re(1, 'PT170H'), ...rest]))).toEqual([
      0.1,
      10,
      100,
      'fail',
    ]);
  });
  it('resolution time is given for each tier [SEC-ESC-232]', () => {
    const of = (tier: number, hours: number): History =>
      ticket({ ticket: { tier }, lines: [[`PT${hours}H`, 'resolved']] });
    expect(groups(ask(pack, 'resolution_by_tier', [of(1, 2), of(1, 4), of(2, 10), of(3, 20)]))).toEqual({
      '1': 3 * HOUR,
      '2': 10 * HOUR,
      '3': 20 * HOUR,
    });
  });
});
