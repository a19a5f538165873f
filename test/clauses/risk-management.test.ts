/** What scenarios cannot show of risk management (seed 004): tags, the package's words, reports, key figures, the head. */
import { resolve } from 'node:path';
import type { History } from '../../src/domain/metrics/history';
import type { CompiledPack, JsonObject } from '../../src/domain/policy/types';
import { handle, open } from '../../src/domain/ticket/engine';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { renderTemplate } from '../../src/policies/templates';
import { calendarOf } from '../../src/reports/run';
import { calendarSpec } from '../../src/worker/calendar';
import { contentOf, type ReportContent } from '../../src/reports/content';
import { ask, period, ticket } from '../support/histories';

let loaded: LoadedPack;
let pack: CompiledPack;
beforeAll(async () => {
  loaded = await loadPack(resolve(__dirname, '../../policies/risk-management'));
  ({ pack } = loaded);
});

const JANUARY = period('2025-01-01T00:00:00Z', '2025-02-01T00:00:00Z');
const NOON = Date.UTC(2026, 2, 2, 12);
const FLAG: JsonObject = {
  risk_description: 'Donors see each other',
  risk_area: 'data security or privacy',
  affected_customers: 4,
  frequency: 'Three mails since nine',
  impact: 'They lose trust',
  communications: 'Mails of today',
};

/** A ticket with the flags given, one after the other, each a minute later. */
function flagged(...levels: number[]) {
  const customer = { id: 'oak', name: 'Oak', email: 'oak@church.example', plan: 'starter' };
  const opened = open(
    pack,
    { subject: 'Giving page', body: '', channel: 'email', customer },
    { id: 'T-1', number: '1', at: NOON, recordedAt: NOON, packHash: 'h' },
  );
  if (!opened.ok) throw new Error(opened.rejection.message);
  let { state } = opened;
  const events = [...opened.events];
  levels.forEach((level, i) => {
    const at = NOON + (i + 1) * 60_000;
    const by = { name: 'support_manager', kind: 'person' } as const;
    const fields = { ...FLAG, risk_level: level };
    const outcome = handle(pack, state, { kind: 'command', command: { id: `c${i}`, name: 'set', at, by, fields } }, at);
    if (!outcome.ok) throw new Error(outcome.rejection.message);
    ({ state } = outcome);
    events.push(...outcome.events);
  });
  return { state, events };
}

it('[RISK-022] the tag follows the level, one at a time', () => {
  expect(flagged(4).state.ticket.tags).toEqual(['risk-level-4']);
  expect(flagged(4, 5).state.ticket.tags).toEqual(['risk-level-5']);
});

it('the package for Risk Management says what support knows [RISK-043] [RISK-044] [RISK-045] [RISK-046] [RISK-047]', () => {
  const mail = flagged(4).events.find((event) => event.data['template'] === 'risk_package');
  const source = loaded.templates['risk_package'];
  if (!mail || !source) throw new Error('no package');
  const { text } = renderTemplate('risk_package', source, mail.data['vars'] as JsonObject, pack.zone);
  expect(text.trim().split('\n').slice(0, 6)).toEqual([
    'Description of the potential risk: Donors see each other',
    'Affected customers: 4',
    'Frequency and timing of reports: Three mails since nine',
    'Customer impact: They lose trust',
    'Relevant tickets: T-1',
    'Customer communications: Mails of today',
  ]);
});

it('[RISK-002] the areas are those of the document and "other"', () => {
  expect(pack.fields['risk_area']?.values).toHaveLength(7);
  expect(pack.fields['risk_area']?.values.at(-1)).toBe('other');
});

it('related documents are links that the organisation sets, the Risk Appetite Framework first [RISK-020] [RISK-065]', () => {
  const links = pack.params['related_documents'] as unknown as { title: string; url: string }[];
  expect(links.map((link) => link.title)).toEqual([
    'Risk Appetite Framework',
    'Risk Identification Process',
    'Customer Support Escalation Procedures',
    'Customer Support Risk Identification Process',
  ]);
  for (const link of links) expect(link.url).toMatch(/^https:/);
});

it('the head names both directors, both owners and the next review [RISK-066] [RISK-067]', () => {
  expect(pack.version).toMatchObject({
    id: '1.0',
    from: '2026-12-01',
    approved_by: ['support_director', 'risk_director'],
    changes: 'Initial policy',
    owners: ['operations_manager', 'risk_specialist'],
    next_review: '2027-12-01',
  });
});

it('[RISK-062] [RISK-067] the date of the next review is on the calendar of the worker, once', () => {
  const entry = calendarOf(pack).find((one) => one.name === 'annual_review');
  expect(entry?.at).toEqual({ instant: Date.UTC(2027, 11, 1) });
  expect(entry && calendarSpec(entry.at)).toEqual({
    year: 2027,
    month: 'DECEMBER',
    dayOfMonth: 1,
    hour: 0,
    minute: 0,
    second: 0,
  });
});

/** A ticket flagged with a level an hour after its opening, in January unless said. */
const risk = (
  level: number,
  more: { opened?: string; fields?: JsonObject; lines?: Parameters<typeof ticket>[0] } = {},
): History =>
  ticket({
    ...(more.opened === undefined ? {} : { opened: more.opened }),
    ticket: { subject: `Flagged ${level}`, risk_level: level, risk_area: 'other', ...more.fields },
    lines: [
      ['PT1H', 'changed', { subject: 'risk_level', field: 'risk_level', to: level }],
      ...(more.lines?.lines ?? []),
    ],
  });
const report = (name: string, histories: readonly History[]): ReportContent => {
  const def = pack.reports[name];
  if (!def) throw new Error(`the pack has no report ${name}`);
  return contentOf({ pack, histories, series: {} }, def, JANUARY);
};
const part = (content: ReportContent, title: string): string[] =>
  (content.parts.find((one) => one.title === title)?.lines ?? []).map((line) => line.trim());

it('[RISK-055] the weekly summary lists every flagged ticket, levels 1 and 2 included, and no other', () => {
  const content = report('weekly_summary', [...[1, 2, 3, 4, 5].map((level) => risk(level)), ticket()]);
  const listed = part(content, 'Flagged tickets');
  expect(listed).toHaveLength(5);
  for (const level of [1, 2, 3, 4, 5]) expect(listed.join('\n')).toContain(`level ${level}, Flagged ${level}`);
  expect(part(content, 'By level')).toContain('Level 1: 1');
});

it('[RISK-056] the monthly report has trends by month, recurring issues and the effect of mitigation', () => {
  const resolved = { lines: [['PT9H', 'resolved']] as [string, string][] };
  const content = report('monthly_report', [
    risk(3, { opened: '2024-12-10T12:00:00Z' }),
    risk(4, { fields: { issue_key: 'giving' }, lines: resolved }),
    risk(5, { fields: { issue_key: 'giving' } }),
  ]);
  expect(content.parts.map((one) => one.title)).toEqual(['Trends', 'Recurring issues', 'Mitigation effectiveness']);
  expect(part(content, 'Trends')).toEqual(['2024-12: 1', '2025-01: 2']);
  expect(part(content, 'Recurring issues')).toEqual(['giving: 2']);
  expect(part(content, 'Mitigation effectiveness')[0]).toBe('Resolved: 50%');
});

it('[RISK-057] the dashboard: open by level, by indicator, overdue, mean time to Risk Management', () => {
  const toUnit = { lines: [['PT3H', 'changed', { subject: 'unit_notified_at', to: 1 }]] as never };
  const late = { lines: [['PT9H', 'breached', { subject: 'level_3' }]] as never };
  const closed = { lines: [['PT9H', 'resolved']] as never };
  const suggested = { lines: [['PT9H', 'task_done', { subject: 'data_concern', choice: 'confirm' }]] as never };
  const dismissed = { lines: [['PT9H', 'task_done', { subject: 'reputation', choice: 'dismiss' }]] as never };
  const all = [
    risk(4, { lines: toUnit }),
    risk(4, { lines: late }),
    risk(3, { lines: closed }),
    risk(1, { lines: suggested }),
    risk(1, { lines: dismissed }),
  ];
  const groups = (name: string): unknown =>
    ask(pack, name, all, { period: JANUARY }).groups.map((group) => [group.key[0], group.value]);
  expect(groups('open_by_level')).toEqual(
    expect.arrayContaining([
      ['4', 2],
      ['1', 2],
    ]),
  );
  expect(groups('open_by_level')).toHaveLength(2);
  expect(groups('open_by_indicator')).toEqual([['data_concern', 1]]);
  expect(ask(pack, 'overdue', all, { period: JANUARY }).total.value).toBe(1);
  expect(ask(pack, 'time_to_unit', all, { period: JANUARY }).total.value).toBe(2 * 3_600_000);
});
