/** Reports and reviews of SecureAI: their words against the document's sample. */
import { resolve } from 'node:path';
import type { History } from '../../src/domain/metrics/history';
import type { Evidence } from '../../src/domain/metrics/items';
import type { CompiledPack, JsonObject } from '../../src/domain/policy/types';
import { loadPack } from '../../src/policies/load';
import { textOf, type ReportContent } from '../../src/reports/content';
import { pageOf } from '../../src/reports/html';
import { openingsOf, periodBefore } from '../../src/reports/openings';
import { ask, JANUARY, period, series, ticket, tickets, type Line } from '../support/histories';
import { part, reportOf } from '../support/report-parts';
import { sampleMonth } from '../support/report-month';

let pack: CompiledPack;
beforeAll(async () => {
  ({ pack } = await loadPack(resolve(__dirname, '../../policies/secureai')));
});

const report = (
  name: string,
  histories: readonly History[],
  when = JANUARY,
  points: Evidence['series'] = {},
): ReportContent => reportOf(pack, name, histories, when, points);
const note = (text: string, entry: string, at = 'PT1H', more: JsonObject = {}): Line => [
  at,
  'noted',
  { text, entry, ...more },
  'support_manager',
];

describe('the monthly escalation report', () => {
  const IMPROVEMENTS = [
    'Create more Tier 1 resources for API issues',
    'Additional training on SIEM integrations',
    'Expand knowledge base for performance topics',
  ];
  const STORIES = [
    'Enterprise escalation handled with 100% satisfaction',
    '3 tickets de-escalated after additional training',
  ];
  const p1 = (): History =>
    ticket({
      ticket: {
        priority: 'P1',
        subject: 'Outage',
        customer: { name: 'E', email: 'e@example.com', plan: 'enterprise' },
      },
      lines: [
        ['PT45M', 'resolved'],
        ['PT45M', 'met', { subject: 'resolution' }],
      ],
    });
  const review = (): History =>
    ticket({
      opened: '2025-02-01T14:00:00Z',
      ticket: { kind: 'review' },
      lines: [
        ...IMPROVEMENTS.map((text) => note(text, 'improvement', 'PT1M', { period: '2025-01' })),
        ...STORIES.map((text) => note(text, 'success_story', 'PT2M', { period: '2025-01' })),
      ],
    });

  it('has month and year in capitals and covers the whole month [SEC-ESC-177]', () => {
    const content = report('monthly_escalation', []);
    expect(content.title).toBe('ESCALATION REPORT - JANUARY 2025');
    expect(periodBefore(pack, 'month', Date.parse('2025-02-01T14:00:00Z'))).toEqual(JANUARY);
    expect(report('monthly_escalation', [], period('2026-12-01T05:00:00Z', '2027-01-01T05:00:00Z')).title).toBe(
      'ESCALATION REPORT - DECEMBER 2026',
    );
  });
  it('sums up tickets and steps, each step as a share of all steps [SEC-ESC-178]', () => {
    expect(part(report('monthly_escalation', sampleMonth()), 'Summary')).toEqual([
      'Total Tickets: 500',
      'Total Escalations: 85 (17%)',
      'Tier 1 → Tier 2: 65 (76%)',
      'Tier 2 → Tier 3: 15 (18%)',
      'Tier 3 → Management: 5 (6%)',
    ]);
  });
  it('marks its four figures against their targets, the three goals side by side [SEC-ESC-179] [SEC-ESC-001]', () => {
    const lines = part(report('monthly_escalation', sampleMonth()), 'Escalation Performance');
    expect(lines[0]).toBe('Average escalation resolution time: 4.2 hours ✅');
    expect(lines[2]).toMatch(/^SLA compliance: 94\.\d% ✅$/);
    expect(lines.slice(4)).toEqual(['Customer satisfaction: 4.5/5 ✅', 'De-escalations: 3 (3.5%) ✅']);
    expect(lines[3]).toMatch(/^Response no data \(> 95%\) *, resolution 94\.\d% \(> 90%\) ✅$/);
  });
  it('says that there are no data, and marks nothing, where there are none [SEC-ESC-179]', () => {
    expect(part(report('monthly_escalation', []), 'Escalation Performance')[0]).toBe(
      'Average escalation resolution time: no data',
    );
  });
  it('ranks five reasons and lists no others [SEC-ESC-180]', () => {
    expect(part(report('monthly_escalation', sampleMonth()), 'Top Escalation Reasons')).toEqual([
      '1. API integration complexity (23)',
      '2. Custom SIEM configuration (18)',
      '3. Performance optimization (15)',
      '4. Security questions (12)',
      '5. Bug reports (11)',
    ]);
  });
  it('has the improvements that people wrote for the month, word for word [SEC-ESC-181]', () => {
    const other = ticket({ opened: '2025-03-01T14:00:00Z', lines: [note('Of March', 'improvement')] });
    const written = ticket({ lines: [note('Written in January', 'improvement')] });
    expect(part(report('monthly_escalation', [review(), other, written]), 'Improvements Needed')).toEqual(
      [...IMPROVEMENTS, 'Written in January'].map((line) => `- ${line}`),
    );
  });
  it('has the stories that people wrote, and proposes a P1 resolved in time [SEC-ESC-182]', () => {
    expect(part(report('monthly_escalation', [review(), p1()]), 'Success Stories')).toEqual([
      ...STORIES.map((line) => `- ${line}`),
      '- P1 outage resolved in 45 minutes (SLA: 4 hours) (proposed)',
    ]);
  });
  it('does not propose a P1 that missed its promise [SEC-ESC-182]', () => {
    const late = ticket({
      ticket: { priority: 'P1', subject: 'Outage' },
      lines: [
        ['PT5H', 'breached', { subject: 'resolution' }],
        ['PT6H', 'resolved'],
      ],
    });
    expect(part(report('monthly_escalation', [late]), 'Success Stories')).toEqual([]);
  });
  it('reads as the sample does, section by section', () => {
    const text = textOf(report('monthly_escalation', [...sampleMonth(), review(), p1()]));
    expect(text.split('\n').filter((line) => /^\S/.test(line))).toEqual([
      'ESCALATION REPORT - JANUARY 2025',
      'Summary:',
      'Escalation Performance:',
      'Top Escalation Reasons:',
      'Improvements Needed:',
      'Success Stories:',
    ]);
  });
  it('is a page with charts, and a mail with pictures', () => {
    const page = pageOf(report('monthly_escalation', sampleMonth()), 'made by Tocsin');
    expect(page.html).toContain('<svg');
    expect(page.mail).not.toContain('<svg');
    const [[id = '', png = ''] = []] = Object.entries(page.images);
    expect(page.mail).toContain(`src="cid:${id}"`);
    expect(Buffer.from(png, 'base64').subarray(1, 4).toString()).toBe('PNG');
  });
  it('shows text of a ticket as text, never as markup', () => {
    const page = pageOf(
      report('monthly_escalation', [ticket({ lines: [note('<script>alert(1)</script>', 'improvement')] })]),
      '',
    );
    expect(page.html).not.toContain('<script>');
    expect(page.html).toContain('&lt;script&gt;');
  });
});

describe('monthly metrics', () => {
  const verdict = (agent: string, choice: string, opened: string): History =>
    ticket({
      opened,
      ticket: { kind: 'verdict', agent },
      lines: [['PT1H', 'task_done', { subject: 'verdict', choice }, 'support_manager']],
    });
  it('show the rate with the months before [SEC-ESC-231]', () => {
    const december = tickets(4, (i) => ({
      opened: '2024-12-10T12:00:00Z',
      lines: i === 0 ? [['PT1H', 'escalated', { subject: 'technical', level: 2, reason: 'x' }] as Line] : [],
    }));
    const lines = part(report('monthly_metrics', [...december, ...tickets(2)]), 'Escalation rate');
    expect(lines).toContain('2024-12: 25%');
    expect(lines).toContain('2025-01: 0%');
    expect(lines).toHaveLength(7);
  });
  it('show resolution time of each tier [SEC-ESC-232]', () => {
    const all = [1, 2, 3].map((tier) => ticket({ ticket: { tier }, lines: [[`PT${tier}H`, 'resolved']] }));
    expect(part(report('monthly_metrics', all), 'Resolution time by tier')).toEqual([
      'Tier 1: 1 hour (1 tickets)',
      'Tier 2: 2 hours (1 tickets)',
      'Tier 3: 3 hours (1 tickets)',
    ]);
  });
  it('show satisfaction as share, average and number of answers [SEC-ESC-233]', () => {
    const all = tickets(10, (i) => ({
      lines: [['PT1H', 'task_done', { subject: 'csat', choice: i === 0 ? 3 : 5 }]] as Line[],
    }));
    expect(part(report('monthly_metrics', all), 'Customer satisfaction')).toEqual([
      'Satisfied: 90% ❌',
      'Average: 4.8/5 ✅',
      'Answers: 10',
    ]);
  });
  it('analyse de-escalations by reason, agent and level [SEC-ESC-234]', () => {
    const back = ticket({
      lines: [
        ['PT1H', 'escalated', { subject: 'technical', level: 2, reason: 'x' }, 'John'],
        ['PT2H', 'deescalated', { subject: 'technical', from: 2, level: 1, reason: 'premature' }, 'Tess'],
      ],
    });
    expect(part(report('monthly_metrics', [back]), 'De-escalations')).toEqual(['premature: 1', 'John / 2: 1']);
  });
  it('compare premature escalations before and after each module of training [SEC-ESC-235] [SEC-ESC-185]', () => {
    const trained = ticket({
      opened: '2025-01-10T12:00:00Z',
      ticket: { kind: 'training', agent: 'John', module: 1 },
      lines: [['PT1H', 'task_done', { subject: 'module_1', completed_on: '2025-01-10' }]],
    });
    const all = [
      trained,
      verdict('John', 'premature', '2025-01-05T12:00:00Z'),
      verdict('John', 'appropriate', '2025-01-06T12:00:00Z'),
      verdict('John', 'appropriate', '2025-01-20T12:00:00Z'),
      verdict('Ann', 'premature', '2025-01-20T12:00:00Z'),
    ];
    const result = ask(pack, 'training_effect_1', all);
    expect(result.groups.map((one) => [one.label, one.value, one.n])).toEqual([
      ['after', 0, 1],
      ['before', 0.5, 2],
      ['without', 1, 1],
    ]);
    expect(part(report('monthly_metrics', all), 'Training effectiveness')[0]).toBe(
      'Module 1, premature escalations: after 0%, before 50%, without 100%',
    );
  });
});

it('training has three modules of five topics each [SEC-ESC-183] [SEC-ESC-184] [SEC-ESC-185]', () => {
  const topics = [1, 2, 3].map((n) =>
    [...(pack.tasks[`module_${n}`]?.prefill?.src ?? '').matchAll(/'([A-Z][^']+)'/g)].map((one) => one[1]),
  );
  expect(topics).toEqual([
    [
      'Recognizing escalation criteria',
      'Assessing technical complexity',
      'Understanding tier capabilities',
      'Customer impact evaluation',
      'SLA risk assessment',
    ],
    [
      'Documentation requirements',
      'Escalation notification process',
      'Customer communication',
      'Handoff procedures',
      'Follow-up responsibilities',
    ],
    [
      'Complete troubleshooting first',
      'Provide complete context',
      'Set proper customer expectations',
      'Maintain customer confidence',
      'Learn from escalations',
    ],
  ]);
});

describe('satisfaction', () => {
  const answers = (good: number, bad: number): History[] => [
    ...tickets(good, { lines: [['PT1H', 'task_done', { subject: 'csat', choice: 4 }]] }),
    ...tickets(bad, { lines: [['PT1H', 'task_done', { subject: 'csat', choice: 3 }]] }),
  ];
  it('is the share of 4 and 5, with the average beside it; 90 % are not over 90 % [SEC-HD-081]', () => {
    expect(ask(pack, 'csat', answers(46, 4)).total).toMatchObject({ value: 0.92, part: 46, n: 50, mark: 'pass' });
    expect(ask(pack, 'csat', answers(45, 5)).total).toMatchObject({ value: 0.9, mark: 'fail' });
    expect(ask(pack, 'csat_mean', answers(1, 1)).total).toMatchObject({ value: 3.5, mark: 'fail' });
  });
  it('has a response rate: 51 of 100 are over 50 %, 50 are not [SEC-HD-083]', () => {
    const asked = (n: number): History[] =>
      tickets(100, (i) => ({
        lines: [
          ['PT1H', 'task_opened', { subject: 'csat' }],
          ...(i < n ? [['PT2H', 'task_done', { subject: 'csat', choice: 5 }]] : []),
        ] as Line[],
      }));
    expect(ask(pack, 'csat_response', asked(51)).total).toMatchObject({ value: 0.51, mark: 'pass' });
    expect(ask(pack, 'csat_response', asked(50)).total).toMatchObject({ value: 0.5, mark: 'fail' });
  });
  it('NPS is promoters less detractors: 70 - 10 = 60; 50 is not over 50 [SEC-HD-084]', () => {
    const of = (nine: number, seven: number, six: number): History[] =>
      [
        [nine, 9],
        [seven, 7],
        [six, 6],
      ].flatMap(([n = 0, choice = 0]) =>
        tickets(n, { ticket: { kind: 'campaign' }, lines: [['PT1H', 'task_done', { subject: 'nps', choice }]] }),
      );
    expect(ask(pack, 'nps', of(70, 20, 10)).total).toMatchObject({ value: 60, n: 100, mark: 'pass' });
    expect(ask(pack, 'nps', of(60, 30, 10)).total).toMatchObject({ value: 50, mark: 'fail' });
  });
  it('says whether this week is better than the month [SEC-HD-190]', () => {
    const now = period('2025-01-30T20:00:00Z', '2025-01-30T20:00:00Z');
    const on = (opened: string, choice: number): History =>
      ticket({ opened, lines: [['PT1H', 'task_done', { subject: 'csat', choice }]] });
    const month = [on('2025-01-08T12:00:00Z', 4), on('2025-01-09T12:00:00Z', 4)];
    const compare = (week: number) =>
      ask(pack, 'csat_mean', [...month, on('2025-01-28T12:00:00Z', week)], { period: now }).compare;
    expect(compare(5)).toMatchObject({
      newer: { value: 5 },
      older: { value: 13 / 3 },
      direction: 'up',
      word: 'Improving',
    });
    expect(compare(4)?.word).toBe('Stable');
    expect(compare(3)?.word).toBe('Declining');
  });
});

describe('schedules', () => {
  const planned = (
    name: string,
    at: string,
    histories: readonly History[],
    points: Evidence['series'] = {},
    entries: JsonObject[] = [],
  ) => {
    const def = pack.schedules[name];
    if (!def) throw new Error(`the pack has no schedule ${name}`);
    return openingsOf({ pack, histories, series: points }, def, Date.parse(at), entries);
  };
  const escalatedOn = (opened: string, id: string): History =>
    ticket({ id, opened, lines: [['PT0S', 'escalated', { subject: 'technical', level: 2, reason: 'api' }, 'John']] });
  it('every Monday each escalation of the week before needs a verdict [SEC-ESC-226]', () => {
    const all = [
      escalatedOn('2025-01-20T05:00:00Z', 'A'),
      escalatedOn('2025-01-27T04:59:59Z', 'B'),
      escalatedOn('2025-01-27T05:00:00Z', 'C'),
      escalatedOn('2025-01-20T04:59:59Z', 'D'),
    ];
    const found = planned('weekly_review', '2025-01-27T14:00:00Z', all);
    expect(
      found.map((one) => [one.opening.kind, one.opening.fields?.['review_of'], one.opening.fields?.['agent']]),
    ).toEqual([
      ['verdict', 'A', 'John'],
      ['verdict', 'B', 'John'],
    ]);
    expect(found[0]?.idempotencyKey).toBe(
      'schedule/secureai/weekly_review@2025-01-27T14:00:00Z/verdict/A/2025-01-20T05:00:00Z',
    );
    expect(pack.schedules['weekly_review']?.at).toEqual({ day: 'mon', time: '09:00', zone: 'America/New_York' });
  });
  it('a quarter ends with a planning checklist that carries reasons, staffing and open articles [SEC-ESC-236] [SEC-ESC-239] [SEC-ESC-240]', () => {
    const all = [
      ...tickets(3, (i) => ({
        opened: '2025-02-10T12:00:00Z',
        ticket: { topic: 'SIEM' },
        lines: [
          ['PT30M', 'task_done', { subject: 'knowledge_base_checked', articles: i === 0 ? [] : 'no article found' }],
          ['PT1H', 'escalated', { subject: 'technical', level: 2, reason: 'api' }],
        ],
      })),
      ticket({
        opened: '2025-02-10T12:00:00Z',
        lines: [['PT30M', 'task_done', { subject: 'knowledge_base_checked', articles: ['first-video'] }]],
      }),
      ticket({ id: 'KB-1', lines: [['PT1H', 'task_opened', { subject: 'write_article' }]] }),
      ticket({
        id: 'KB-2',
        lines: [
          ['PT1H', 'task_opened', { subject: 'knowledge_article' }],
          ['PT2H', 'task_done', { subject: 'knowledge_article', article: 'first-video' }],
        ],
      }),
    ];
    const points = {
      ...series('tier_1_agents', [['2025-03-01T00:00:00Z', 8]]),
      ...series('active_customers', [['2025-03-01T00:00:00Z', 850]]),
    };
    const [one, more] = planned('quarterly_planning', '2025-04-01T13:00:00Z', all, points);
    expect(more).toBeUndefined();
    expect(one?.opening).toMatchObject({ kind: 'review', key: 'quarterly/2025-Q1' });
    expect(one?.opening.fields?.['reasons']).toMatchObject({ groups: [{ name: 'SIEM', value: '3', n: 3 }] });
    expect(one?.opening.fields?.['staffing']).toMatchObject({ value: '8 ❌ understaffed' });
    expect(one?.opening.fields?.['kb_open']).toMatchObject({ value: '1' });
    expect((one?.opening.fields?.['kb_missing'] as JsonObject)['groups']).toHaveLength(3);
    expect(pack.schedules['quarterly_planning']?.at).toMatchObject({ quarter: 1, time: '09:00' });
  });
  it('asks every active customer once a quarter [SEC-HD-084]', () => {
    const entries = [
      { email: 'a@example.com', name: 'Ann', plan: 'starter' },
      { email: 'b@example.com', name: 'Bo', plan: 'enterprise' },
    ];
    const found = planned('nps', '2025-04-01T13:00:00Z', [], {}, entries);
    expect(found.map((one) => [one.opening.key, one.opening.customer?.name])).toEqual([
      ['nps/a@example.com', 'Ann'],
      ['nps/b@example.com', 'Bo'],
    ]);
    expect(pack.tasks['nps']).toMatchObject({
      title: 'Would you recommend SecureAI?',
      choices: { lit: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
    });
  });
});
