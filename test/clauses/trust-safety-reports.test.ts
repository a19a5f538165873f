/** Dashboard, daily, weekly and monthly reports of Trust & Safety, in their words. */
import type { History } from '../../src/domain/metrics/history';
import { widgetsHtml } from '../../src/reports/dashboard';
import { textOf } from '../../src/reports/content';
import { pageOf } from '../../src/reports/html';
import { openingsOf } from '../../src/reports/openings';
import { calendarOf } from '../../src/reports/run';
import { ticket, type Line } from '../support/histories';
import {
  after,
  ask,
  copies,
  DAY,
  MONTH,
  part,
  PARTLY,
  play,
  readTriagePack,
  report,
  round,
  said,
  triagePack,
  ways,
  WEEK,
} from '../support/triage-histories';

beforeAll(readTriagePack);
const { conclude } = ways;
const NOW = { from: Date.UTC(2026, 2, 2, 20), to: Date.UTC(2026, 2, 2, 20) };
const reply = (at: string) => ({ at, do: 'reply', by: 'ts_team', text: 'I am on it' });

/** A hundred messages of a morning, ten with a keyword. */
const morning = async (): Promise<History[]> => [
  ...copies(90, await ways.standard()),
  ...copies(3, await ways.question()),
  ...copies(1, await ways.feature()),
  await ways.escalated([reply('PT1H4S')]),
  await ways.escalated([reply('PT3H4S')]),
  await ways.educated(),
  await ways.insufficient(),
  await ways.uncertain(),
  await ways.failed(),
];

describe('the dashboard', () => {
  it('has its four sections, in the document’s order [TS-272] [TS-273] [TS-274] [TS-275]', () => {
    const content = report('dashboard', [], NOW);
    expect(content.title).toBe('T&S Auto-Escalation Dashboard');
    expect(content.parts.map((one) => one.title)).toEqual([
      '📊 Volume Metrics',
      '🔍 Evidence Assessment',
      '⚡ Escalations',
      '✅ Quality Metrics',
    ]);
  });
  it('counts what was scanned, the keywords with their share, three intents [TS-272]', async () => {
    expect(part(report('dashboard', await morning(), NOW), '📊 Volume Metrics')).toEqual([
      'Messages scanned today: 100',
      'Keyword triggers: 10 (10%)',
      'Intent classifications:',
      'Incident Reports: 6',
      'Security Questions: 3',
      'Feature Requests: 1',
    ]);
  });
  it('counts one of each evidence, what a person must look at as unclear [TS-273]', async () => {
    const each = [await ways.escalated(), await ways.educated(), await ways.insufficient(), await ways.failed()];
    const lines = [
      'Clear Evidence: 1',
      'Likely Social Scraping: 1',
      'Insufficient Info: 1',
      'Unclear (human review): 1',
    ];
    expect(part(report('dashboard', each, NOW), '🔍 Evidence Assessment')).toEqual(lines);
    const unsure = [await ways.escalated(), await ways.educated(), await ways.insufficient(), await ways.uncertain()];
    expect(part(report('dashboard', unsure, NOW), '🔍 Evidence Assessment')).toEqual(lines);
  });
  it('counts where it led, with the time to the first answer of a person [TS-274]', async () => {
    const all = [...(await morning()), await ways.interrupted({ human: 4 })];
    expect(part(report('dashboard', all, NOW), '⚡ Escalations')).toEqual([
      'Auto-escalated breaches: 2',
      // Nobody has answered the offer yet.
      'Education resolutions: 0',
      'Human review needed: 4',
      'Response time average: 2 h 00 m',
    ]);
    const done = await ways.educated(
      [{ at: 'PT1H', do: 'message', by: 'customer', text: 'no thanks' }],
      said('PT1H1S', { monitoring: { value: {} }, new_evidence: { value: 'INSUFFICIENT_INFO', score: 5 } }),
    );
    expect(part(report('dashboard', [done], NOW), '⚡ Escalations')[1]).toBe('Education resolutions: 1');
  });
  it('has four figures of quality, or says that there are no data [TS-275] [TS-215] [TS-276]', async () => {
    expect(part(report('dashboard', await morning(), NOW), '✅ Quality Metrics')).toEqual([
      'False positive rate: no data',
      'False negative rate: no data',
      'Customer satisfaction: no data',
      'Human agent satisfaction: no data',
    ]);
    const pleased = await ways.educated(
      [
        { at: 'PT1H', do: 'message', by: 'customer', text: "that's really helpful, thanks" },
        conclude('PT2H', 'no_breach'),
      ],
      said('PT1H1S', { monitoring: { value: {} }, new_evidence: { value: 'INSUFFICIENT_INFO', score: 5 } }),
    );
    const wrong = await ways.escalated([
      reply('PT1H'),
      after('PT2H', 'handoff_feedback', { choice: 4, re_asked: false }),
      conclude('PT3H', 'no_breach'),
    ]);
    expect(part(report('dashboard', [pleased, wrong], NOW), '✅ Quality Metrics')).toEqual([
      'False positive rate: 100.0% ❌',
      'False negative rate: 0.0% ✅',
      'Customer satisfaction: 5.0/5.0 ✅',
      'Inferred from what customers wrote: 1 of 1',
      'Human agent satisfaction: 4.0/5.0 ❌',
    ]);
  });
  it('is a page, and a mail the next morning [TS-272] [TS-273] [TS-274] [TS-275]', async () => {
    const html = widgetsHtml(report('dashboard', await morning(), NOW), NOW.to);
    expect(html).toContain('<th scope="row">Keyword triggers</th><td>10 (10%)</td>');
    const daily = report('daily_metrics', await morning(), DAY);
    expect(textOf(daily)).toContain('Unclear (human review): 2');
    expect(pageOf(daily, '').mail).toContain('<li>Response time average: 2 h 00 m</li>');
    expect(part(daily, '✅ Quality Metrics')[0]).toBe('False positive rate: no data');
    expect(triagePack().reports['daily_metrics']).toMatchObject({ at: { time: '08:00' }, to: ['ts_lead'] });
  });
});

it('the daily figures are eight lines [TS-264] [TS-265] [TS-266] [TS-267] [TS-268] [TS-269] [TS-270] [TS-271]', async () => {
  expect(part(report('daily_metrics', await morning(), DAY), 'Daily monitoring')).toEqual([
    'Total messages scanned: 100',
    'Keyword filter triggers: 10',
    'Intent classification distribution: Incident Reports 6, Security Questions 3, Feature Requests 1, Unclear 0',
    'Evidence assessment outcomes: Clear Evidence 3, Likely Social Scraping 1, Insufficient Info 1, Failed 1',
    'Auto-escalation rate: 33.3% (2 of 6 incident reports)',
    'Education resolution rate: 16.7% (1 of 6 incident reports)',
    'False positive escalations: 0',
    'False negatives (missed breaches): 0',
  ]);
});

describe('the weekly review', () => {
  const QUESTIONS = [
    '1. Are we catching all genuine breaches?',
    '2. Are we over-escalating?',
    '3. Are customers satisfied with bot interactions?',
    '4. Are human agents getting complete handoff packages?',
    '5. Which objectives are taking too many attempts?',
    '6. Are custom scenarios triggering appropriately?',
  ] as const;
  const week = (histories: History[], question: number): string[] =>
    part(report('weekly_review', histories, WEEK), QUESTIONS[question - 1] ?? '');

  it('asks the six questions of the document [TS-277] [TS-278] [TS-279] [TS-280] [TS-281] [TS-282]', () => {
    const titles = report('weekly_review', [], WEEK).parts.map((one) => one.title);
    expect(titles.slice(0, 6)).toEqual(QUESTIONS);
  });
  it('lists the false negatives of the week [TS-277]', async () => {
    const missed = await ways.standard([conclude('PT80H', 'breach')]);
    expect(week([missed, await ways.standard([conclude('PT80H', 'no_breach')])], 1)).toEqual([
      'False negatives: 1, rate 50.0% of those reviewed (< 5%) ❌',
      `- ${missed.id}: standard support, yet a breach`,
    ]);
    expect(week([], 1)).toEqual(['False negatives: 0, rate no data of those reviewed (< 5%)', 'None']);
  });
  it('lists the false positives of the week [TS-278]', async () => {
    const wrong = await ways.escalated([conclude('PT3H', 'no_breach')]);
    expect(week([wrong, await ways.escalated([conclude('PT3H', 'breach')])], 2)).toEqual([
      'False positives: 1, rate 50.0% of those concluded (< 10%) ❌',
      `- ${wrong.id}: escalated, yet no breach`,
    ]);
    expect(week([await ways.escalated()], 2)[1]).toBe('None');
  });
  it('says how satisfied customers were, by survey and as inferred, with what they wrote [TS-279]', async () => {
    const rated = (choice: number, comment: string) =>
      ways.educated(
        [
          { at: 'PT1H', do: 'message', by: 'customer', text: 'no thanks' },
          after('PT2H', 'csat', { choice, comment }, 'customer'),
        ],
        said('PT1H1S', { monitoring: { value: {} }, new_evidence: { value: 'INSUFFICIENT_INFO', score: 5 } }),
      );
    expect(week([await rated(5, 'Quick and clear'), await rated(4, '')], 3)).toEqual([
      'Customer satisfaction: 4.5/5.0 (> 4) ✅',
      'Survey: 4.5/5.0, 2 conversations',
      'Inferred: no data, 0 conversations',
      '- 5/5: Quick and clear',
    ]);
  });
  it('says how many handoff packages were complete, which were not, which questions came again [TS-280] [TS-230] [TS-236]', async () => {
    const partly = await ways.escalated([], PARTLY);
    const whole = await ways.escalated([
      reply('PT1H'),
      after('PT2H', 'handoff_feedback', { choice: 5, re_asked: true }),
    ]);
    expect(week([partly, whole], 4)).toEqual([
      'Complete: 50.0% (1 of 2) ❌',
      'Asked again: 100.0% of 1 handoffs',
      'Satisfaction with handoffs: 5.0/5.0 ✅',
      `- ${partly.id}: incomplete (3/4)`,
    ]);
  });
  it('says how often each objective was asked for, and how often to the last attempt [TS-281]', async () => {
    const asked = await play({
      answers: [
        ...said('PT1S', { intent: { value: 'INCIDENT_REPORT' } }),
        ...said('PT2S', { evidence: { value: 'INSUFFICIENT_INFO', score: 5 } }),
        ...round('PT3S', {}),
        ...round('PT1H1S', {}),
        ...round('PT2H1S', { affected_names: ['John'] }),
      ],
      script: [
        { at: 'PT1H', do: 'message', by: 'customer', text: 'Who?' },
        { at: 'PT2H', do: 'message', by: 'customer', text: 'John' },
      ],
    });
    const once = await play({
      answers: [
        ...said('PT1S', { intent: { value: 'INCIDENT_REPORT' } }),
        ...said('PT2S', { evidence: { value: 'INSUFFICIENT_INFO', score: 5 } }),
        ...round('PT3S', {}),
      ],
    });
    expect(week([asked, once], 5)).toEqual([
      'Affected Names: 1.5 questions on average, 0% used every attempt',
      'Timeline: 1.0 questions on average, 0% used every attempt',
      'Behaviors: not asked',
      'PC Access: not asked',
    ]);
  });
  it('says how often each scenario fired, and how often rightly [TS-282] [TS-229]', async () => {
    const judged: Line = ['PT1H', 'task_done', { subject: 'scenario_verdict', choice: 'appropriate' }];
    const verdict = ticket({
      opened: '2026-03-03T09:00:00Z',
      ticket: { kind: 'verdict', scenario: 'active_breach' },
      lines: [judged],
    });
    const firings = [await ways.interrupted({ active: 4 }), await ways.interrupted({ human: 4 })];
    const lines = week([...firings, await ways.escalated(), verdict], 6);
    expect(ask('scenario_firings', [...firings, await ways.escalated()]).total.value).toBe(2);
    expect(lines).toEqual([
      'Active Breach: fired 1 time, rightly 100.0% of 1 reviewed',
      'Human Request: fired 1 time, none reviewed',
      'Aggression: fired 0 times, none reviewed',
      'Information gathering without aggression: 100.0%',
    ]);
  });
});

describe('the samples of the week', () => {
  const planned = (name: string, histories: History[]) => {
    const def = triagePack().schedules[name];
    if (!def) throw new Error(`no schedule ${name}`);
    return openingsOf({ pack: triagePack(), histories, series: {} }, def, Date.UTC(2026, 2, 9, 9)).map(
      (one) => one.opening,
    );
  };
  it('are a verdict for each firing of a scenario [TS-229] [TS-282]', async () => {
    const fired = await ways.interrupted({ active: 4 });
    expect(planned('scenario_sample', [fired, await ways.escalated(), await ways.standard()])).toMatchObject([
      {
        kind: 'verdict',
        fields: { review: 'scenario', review_of: fired.id, ts_outcome: 'urgent_escalation', scenario: 'active_breach' },
      },
    ]);
  });
  it('are a verdict for education-resolved tickets, twenty at most, the same ones each time [TS-238] [TS-271]', async () => {
    const educated = await ways.educated();
    const few = planned('education_sample', [educated, await ways.escalated(), await ways.standard()]);
    expect(few).toMatchObject([
      { fields: { review: 'education', review_of: educated.id, ts_outcome: 'education_resolved' } },
    ]);
    const many = copies(50, educated);
    const picked = planned('education_sample', many).map((one) => String(one.fields?.['review_of']));
    expect(picked).toHaveLength(20);
    expect(new Set(picked).size).toBe(20);
    expect(planned('education_sample', many).map((one) => String(one.fields?.['review_of']))).toEqual(picked);
  });
  it('are a verdict for tickets that never came to Trust & Safety [TS-271]', async () => {
    const seen = [await ways.standard(), await ways.question()];
    expect(
      planned('standard_sample', [...seen, await ways.escalated(), await ways.educated()]).map(
        (one) => one.fields?.['review_of'],
      ),
    ).toEqual(seen.map((one) => one.id));
  });
});

describe('the monthly deep dive', () => {
  const dive = (histories: History[], title: string): string[] => part(report('deep_dive', histories, MONTH), title);
  it('lists all escalated cases with their verdict [TS-288]', async () => {
    const all = [
      await ways.escalated([conclude('PT3H', 'breach')]),
      await ways.interrupted({ active: 4 }, [conclude('PT3H', 'no_breach')]),
      await ways.escalated(),
    ];
    expect(dive([...all, await ways.educated(), await ways.standard()], '1. Escalated cases')).toEqual([
      `- ${all[0]?.id}: escalated; verdict: breach`,
      `- ${all[1]?.id}: urgent escalation; verdict: no breach`,
      `- ${all[2]?.id}: escalated; verdict: open`,
    ]);
    expect(dive(copies(120, all[0] as History), '1. Escalated cases')).toHaveLength(120);
  });
  it('lists all education-resolved cases with their verdict [TS-289]', async () => {
    const all = [await ways.educated([conclude('PT80H', 'no_breach')]), await ways.educated()];
    expect(dive([...all, await ways.escalated()], '2. Education-resolved cases')).toEqual([
      `- ${all[0]?.id}; verdict: no breach`,
      `- ${all[1]?.id}; verdict: open`,
    ]);
  });
  it('sums up what customers and agents say [TS-291]', async () => {
    const fed = await ways.escalated([
      reply('PT1H'),
      after('PT2H', 'handoff_feedback', { choice: 3, re_asked: true, comment: 'The timeline was vague' }),
    ]);
    const lines = dive([fed], '4. What customers and agents say, and what changed in the personas');
    expect(lines).toContain('Satisfaction with handoffs: 3.0/5.0, 1 handoffs');
    expect(lines).toContain('- Agent, 3/5: The timeline was vague');
  });
  it('links notes of new threats to the version of the policy they were seen under [TS-292]', async () => {
    const seen = await ways.escalated([
      { at: 'PT2H', do: 'note', by: 'ts_team', text: 'Voucher codes by voice mail', entry: 'threat_pattern' },
      { at: 'PT2H', do: 'note', by: 'ts_team', text: 'Called back' },
    ]);
    expect(dive([seen], '5. New threat patterns, and what changed in the business information')).toEqual([
      `- Voucher codes by voice mail (ticket ${seen.id}, policy ${String(triagePack().version['id'])})`,
      'No change in this period.',
    ]);
  });
});

it('reports and reviews are on the calendar, each week and each month [TS-308]', () => {
  const entries = calendarOf(triagePack()).map((one) => `${one.kind} ${one.name}`);
  expect(entries).toEqual(
    expect.arrayContaining([
      'report weekly_review',
      'report deep_dive',
      'schedule weekly_review',
      'schedule deep_dive',
    ]),
  );
  expect(triagePack().reports['weekly_review']).toMatchObject({ at: { day: 'mon', time: '09:00' }, to: ['ts_lead'] });
  expect(triagePack().reports['deep_dive']).toMatchObject({ at: { month: 1, time: '09:00' }, to: ['ts_lead'] });
});
