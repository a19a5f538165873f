/** Key figures of Trust & Safety, over conversations as the flow plays them; each target at its bound and beside it. */
import type { MetricResult } from '../../src/domain/metrics/answers';
import type { History } from '../../src/domain/metrics/history';
import { series, ticket } from '../support/histories';
import {
  after,
  ALL,
  ask,
  copies,
  groups,
  MONTH,
  play,
  readTriagePack,
  round,
  said,
  text,
  verdict,
  ways,
} from '../support/triage-histories';

beforeAll(readTriagePack);
const { conclude } = ways;

describe('the daily figures', () => {
  /** 100 messages, 10 with a keyword: 6 incidents, 3 questions, 1 wish. */
  const day = async (): Promise<History[]> => [
    ...copies(90, await ways.standard()),
    ...copies(2, await ways.escalated()),
    ...copies(2, await ways.educated()),
    ...copies(1, await ways.insufficient()),
    ...copies(1, await ways.failed()),
    ...copies(3, await ways.question()),
    ...copies(1, await ways.feature()),
  ];

  it('count what was scanned, and what the keywords caught of it [TS-264] [TS-265]', async () => {
    const all = await day();
    expect(ask('messages_scanned', all).total.value).toBe(100);
    expect(ask('keyword_triggers', all).total.value).toBe(10);
    expect(ask('keyword_rate', all).total).toMatchObject({ value: 0.1, part: 10, n: 100 });
  });
  it('scan again what a customer writes on a ticket that no bot is in, and not what a bot asked for [TS-264]', async () => {
    const again = await ways.standard([{ at: 'PT1H', do: 'message', by: 'customer', text: 'Were we hacked?' }]);
    expect(ask('messages_scanned', [again]).total.value).toBe(2);
    expect(ask('keyword_triggers', [again]).total.value).toBe(1);
    const reply = await play({
      answers: [
        ...said('PT1S', { intent: { value: 'INCIDENT_REPORT' } }),
        ...said('PT2S', { evidence: { value: 'INSUFFICIENT_INFO', score: 5 } }),
        ...round('PT3S', {}),
      ],
      script: [{ at: 'PT1H', do: 'message', by: 'customer', text: 'Hacked, I said' }],
    });
    expect(ask('messages_scanned', [reply]).total.value).toBe(1);
  });
  it('tell apart what had no keyword and was caught by a second look [TS-265] [TS-272] [TS-294]', async () => {
    const caught = await play({
      body: 'There are people in our directory whom we never met',
      answers: [
        ...said('PT1S', { second_look: { value: 'INCIDENT_REPORT', score: 8 } }),
        ...said('PT2S', { intent: { value: 'SECURITY_QUESTION', score: 8 } }),
      ],
    });
    expect(ask('messages_scanned', [caught]).total.value).toBe(1);
    expect(ask('keyword_triggers', [caught]).total.value).toBe(0);
    expect(ask('keyword_rate', [caught]).total).toMatchObject({ value: 0, n: 1 });
    expect(ask('filtered_out', [caught]).total).toMatchObject({ value: 1, n: 1 });
    expect(ask('second_looks', [caught, await ways.standard(), await ways.question()]).total.value).toBe(1);
  });
  it('leave out what another day had: a day is one of the pack’s zone [TS-264] [TS-265]', async () => {
    const late = await play({ body: 'Hacked', opened: '2026-03-02T23:59:59Z' });
    const next = await play({ body: 'Hacked', opened: '2026-03-03T00:00:00Z' });
    expect(ask('messages_scanned', [late, next]).total.value).toBe(1);
    expect(ask('keyword_triggers', [late, next]).total.value).toBe(1);
  });
  it('count intents, those that nobody could tell apart as well [TS-266]', async () => {
    const all = [...(await day()), ...copies(4, await ways.unclear())];
    expect(groups(ask('intents', all))).toEqual({
      'Incident Reports': 6,
      'Security Questions': 3,
      'Feature Requests': 1,
      Unclear: 4,
    });
    expect(groups(ask('intents', []))).toEqual({
      'Incident Reports': 0,
      'Security Questions': 0,
      'Feature Requests': 0,
      Unclear: 0,
    });
  });
  it('count evidence by its level, failures as well [TS-267]', async () => {
    expect(groups(ask('evidence_outcomes', [...(await day()), await ways.uncertain()]))).toEqual({
      'Clear Evidence': 3,
      'Likely Social Scraping': 2,
      'Insufficient Info': 1,
      Failed: 1,
    });
  });
  it('share out the incident reports: escalated by the machine, resolved by education [TS-268] [TS-269] [TS-313]', async () => {
    const all = await day();
    expect(ask('incident_reports', all).total.value).toBe(6);
    expect(ask('auto_escalation_rate', all).total).toMatchObject({ value: 2 / 6, part: 2, n: 6 });
    expect(ask('education_rate', all).total).toMatchObject({ value: 2 / 6, part: 2, n: 6 });
    const urgent = await ways.interrupted({ active: 4 });
    expect(ask('auto_escalation_rate', [urgent, await ways.interrupted({ human: 4 })]).total.value).toBe(0.5);
    expect(ask('auto_escalation_rate', [await ways.standard(), await ways.question()]).total.value).toBeNull();
    expect(ask('education_rate', []).total.value).toBeNull();
  });
});

describe('in shadow', () => {
  it('what was decided is counted, what would have come of it is not [TS-268] [TS-269] [TS-270]', async () => {
    const shadow = await play({
      rollout: 0,
      answers: [
        ...said('PT1S', { intent: { value: 'INCIDENT_REPORT', score: 9 } }),
        ...said('PT2S', { evidence: { value: 'CLEAR_EVIDENCE', score: 8 } }),
        ...round('PT3S', ALL),
        ...said('PT4S', { reassess: { value: 'CONFIRMED_BREACH', score: 9 } }),
      ],
      script: [{ at: 'PT1H', do: 'resolve', by: 'ts_team', ts_conclusion: 'no_breach' }],
    });
    expect(shadow.state.ticket['ts_conclusion']).toBe('no_breach');
    for (const [figure, value] of Object.entries({
      messages_scanned: 1,
      keyword_triggers: 1,
      auto_escalations: 0,
      false_positives: 0,
      false_negatives: 0,
    }))
      expect([figure, ask(figure, [shadow]).total.value]).toEqual([figure, value]);
    expect(groups(ask('intents', [shadow]))['Incident Reports']).toBe(1);
    expect(ask('auto_escalation_rate', [shadow]).total.value).toBeNull();
  });
});

describe('the conclusion of a person', () => {
  it('makes an escalated ticket a false positive, however it is said [TS-270]', async () => {
    const said_ = await ways.escalated([conclude('PT3H', 'no_breach')]);
    const answered = await ways.escalated([after('PT3H', 'conclusion', { ts_conclusion: 'no_breach' })]);
    const resolved = await ways.escalated([
      after('PT1H', 'customer_follow_up', {
        findings_verified_with_customer: 'yes',
        guidance_given: 'yes',
        resolution_steps: 'none',
      }),
      { at: 'PT3H', do: 'resolve', by: 'ts_team', ts_conclusion: 'no_breach' },
    ]);
    for (const one of [said_, answered, resolved]) expect(ask('false_positives', [one]).total.value).toBe(1);
    const urgent = await ways.interrupted({ active: 6 }, [conclude('PT3H', 'no_breach')]);
    expect(ask('false_positives', [urgent]).total.value).toBe(1);
  });
  it('makes no false positive of a breach, of what was not escalated, of what nobody has concluded on [TS-270]', async () => {
    const others = [
      await ways.escalated([conclude('PT3H', 'breach')]),
      await ways.escalated(),
      await ways.educated([conclude('PT80H', 'no_breach')]),
      await ways.insufficient(),
    ];
    expect(ask('false_positives', others, { period: MONTH }).total.value).toBe(0);
  });
  it('counts as it stands now, on its day, and once [TS-270] [TS-275] [TS-314] [TS-315]', async () => {
    const corrected = await ways.escalated([conclude('PT3H', 'no_breach'), conclude('PT4H', 'breach')]);
    expect(ask('false_positives', [corrected]).total.value).toBe(0);
    const missed = await ways.standard(
      ['breach', 'no_breach', 'breach'].map((word, i) => conclude(`PT${3 + i}H`, word)),
    );
    const back = await ways.escalated(
      ['no_breach', 'breach', 'no_breach'].map((word, i) => conclude(`PT${3 + i}H`, word)),
    );
    expect(ask('false_positives', [back]).total.value).toBe(1);
    expect(ask('false_positive_rate', [back]).total.n).toBe(1);
    expect(ask('false_negative_rate', [missed]).total.n).toBe(1);
    const next = await ways.escalated([conclude('PT20H', 'no_breach')]);
    expect(ask('false_positives', [next]).total.value).toBe(0);
    expect(ask('false_positives', [next], { period: MONTH }).total.value).toBe(1);
  });
  it('makes a missed breach of what education resolved, and of what never came to Trust & Safety [TS-271]', async () => {
    const missed = [
      await ways.educated([conclude('PT80H', 'breach')]),
      await ways.standard([conclude('PT80H', 'breach')]),
      await ways.question([conclude('PT80H', 'breach')]),
      await ways.feature([conclude('PT80H', 'breach')]),
    ];
    expect(ask('false_negatives', missed, { period: MONTH }).total.value).toBe(4);
    const others = [
      await ways.educated([conclude('PT80H', 'no_breach')]),
      await ways.educated(),
      await ways.escalated([conclude('PT80H', 'breach')]),
      await ways.interrupted({ human: 8 }, [conclude('PT80H', 'breach')]),
    ];
    expect(ask('false_negatives', others, { period: MONTH }).total.value).toBe(0);
  });
  it('is kept apart from what is scanned again: an escalated ticket stays one [TS-270] [TS-271]', async () => {
    const again = await ways.escalated([
      after('PT1H', 'customer_follow_up', {
        findings_verified_with_customer: 'yes',
        guidance_given: 'yes',
        resolution_steps: 'none',
      }),
      { at: 'PT3H', do: 'resolve', by: 'ts_team' },
      { at: 'PT4H', do: 'reopen', by: 'ts_team' },
      { at: 'PT5H', do: 'message', by: 'customer', text: 'One more question about songs' },
      conclude('PT6H', 'breach'),
    ]);
    expect(again.state.flows['triage']?.outcome).toBe('standard_support');
    expect(ask('false_negatives', [again]).total.value).toBe(0);
  });
  it('of a reviewer counts for the ticket that was reviewed, once [TS-271]', () => {
    const verdict = (review_of: string, id: string): History =>
      ticket({
        id,
        opened: '2026-03-02T09:00:00Z',
        ticket: { kind: 'verdict', review_of, review: 'education', ts_outcome: 'education_resolved' },
        lines: [
          [
            'PT1H',
            'changed',
            { subject: 'ts_conclusion', field: 'ts_conclusion', to: 'breach' },
            'ts_lead',
            { ticket: { ts_conclusion: 'breach' } },
          ],
        ],
      });
    const original = ticket({
      id: 'T-9',
      opened: '2026-03-01T09:00:00Z',
      ticket: { ts_outcome: 'education_resolved' },
      lines: [
        [
          'P1DT1H',
          'changed',
          { subject: 'ts_conclusion', field: 'ts_conclusion', to: 'breach' },
          'engine',
          { ticket: { ts_conclusion: 'breach' } },
        ],
      ],
    });
    expect(ask('false_negatives', [verdict('T-9', 'V-1'), original, verdict('T-8', 'V-2')]).total.value).toBe(2);
  });
});

const concluded = (outcome: string, conclusion: string): History =>
  ticket({
    opened: '2026-03-02T09:00:00Z',
    ticket: { ts_outcome: outcome },
    lines: [
      [
        'PT1H',
        'changed',
        { subject: 'ts_conclusion', field: 'ts_conclusion', to: conclusion },
        'ts_team',
        { ticket: { ts_conclusion: conclusion } },
      ],
    ],
  });
const concludedSo = (n: number, outcome: string, conclusion: string): History[] =>
  Array.from({ length: n }, () => concluded(outcome, conclusion));

describe('the targets of phase 3', () => {
  it('10.0 % false positives are not under 10 % [TS-314]', () => {
    const of = (wrong: number) =>
      ask('false_positive_rate', [
        ...concludedSo(wrong, 'escalated', 'no_breach'),
        ...concludedSo(100 - wrong, 'escalated', 'breach'),
        ...concludedSo(50, 'education_resolved', 'no_breach'),
      ]);
    expect([text(of(10)), verdict(of(10))]).toEqual(['10.0%', 'not met']);
    expect([text(of(9)), verdict(of(9))]).toEqual(['9.0%', 'met']);
    expect(ask('false_positive_rate', [concluded('education_resolved', 'no_breach')]).total.value).toBeNull();
  });
  it('4 of 100 missed breaches are under 5 %, 5 are not [TS-315]', () => {
    const of = (missed: number) =>
      ask('false_negative_rate', [
        ...concludedSo(missed, 'education_resolved', 'breach'),
        ...concludedSo(60, 'education_resolved', 'no_breach'),
        ...concludedSo(40 - missed, 'standard_support', 'no_breach'),
        ...concludedSo(50, 'escalated', 'breach'),
      ]);
    expect([text(of(4)), verdict(of(4))]).toEqual(['4.0%', 'met']);
    expect([text(of(5)), verdict(of(5))]).toEqual(['5.0%', 'not met']);
    expect(ask('false_negative_rate', [concluded('escalated', 'breach')]).total.value).toBeNull();
  });
  it('40 to 50 % of the incident reports, and more is a reason to look for breaches [TS-313]', async () => {
    const educated = await ways.educated();
    const escalated = await ways.escalated();
    const other = await ways.standard();
    const of = (n: number): MetricResult =>
      ask('auto_resolution', [...copies(n, educated), ...copies(100 - n, escalated), ...copies(20, other)], {
        period: MONTH,
      });
    expect([text(of(45)), verdict(of(45)), of(45).total.n]).toEqual(['45.0%', 'met', 100]);
    for (const bound of [40, 50]) expect(verdict(of(bound))).toBe('met');
    expect([text(of(39)), verdict(of(39)), of(39).total.range?.word]).toEqual(['39.0%', 'not met', 'below the band']);
    expect([text(of(51)), verdict(of(51))]).toEqual(['51.0%', 'not met']);
    expect(of(51).total.range?.word).toContain('breaches that were not escalated');
  });
  const rated = (metric: string, ratings: number[]): MetricResult =>
    ask(
      metric,
      ratings.map((choice) =>
        ticket({
          opened: '2026-03-02T09:00:00Z',
          ticket: { satisfaction: choice, satisfaction_source: 'survey' },
          lines: [
            ['PT1H', 'changed', { subject: 'satisfaction', field: 'satisfaction', to: choice }],
            ['PT1H', 'task_done', { subject: 'handoff_feedback', choice, re_asked: choice < 4 }],
          ],
        }),
      ),
    );
  it('a satisfaction of 4.0 is not over 4.0 [TS-316]', () => {
    expect([text(rated('satisfaction', [3, 4, 5])), verdict(rated('satisfaction', [3, 4, 5]))]).toEqual([
      '4.0/5.0',
      'not met',
    ]);
    expect(verdict(rated('satisfaction', [4, 4, 5]))).toBe('met');
    expect(verdict(rated('satisfaction', []))).toBe('no data');
  });
  it('4.1 of the agents for the handoffs is over 4.0, with one decimal [TS-317] [TS-276]', () => {
    const ten = [4, 4, 4, 4, 4, 4, 4, 4, 4, 5];
    expect([text(rated('agent_satisfaction', ten)), verdict(rated('agent_satisfaction', ten))]).toEqual([
      '4.1/5.0',
      'met',
    ]);
    expect([text(rated('agent_satisfaction', [4])), verdict(rated('agent_satisfaction', [4]))]).toEqual([
      '4.0/5.0',
      'not met',
    ]);
  });
  it('1.5 hours saved a day, of 2.0 before and 0.5 as measured [TS-318]', () => {
    const of = (hours: number) =>
      ask('hours_saved', [], { series: series('agent_hours', [['2026-03-02T18:00:00Z', hours]]) });
    expect([text(of(0.5)), verdict(of(0.5))]).toEqual(['1.5 h', 'met']);
    expect([text(of(0.6)), verdict(of(0.6))]).toEqual(['1.4 h', 'not met']);
    expect(verdict(ask('hours_saved', []))).toBe('no data');
    const mean = series('agent_hours', [
      ['2026-03-02T10:00:00Z', 0.25],
      ['2026-03-02T18:00:00Z', 0.75],
    ]);
    expect(ask('hours_saved', [], { series: mean }).total.value).toBe(1.5);
  });
});

describe('overrulings', () => {
  it('are counted by what the bot had said and what a person said', async () => {
    const one = await ways.question([
      { at: 'PT1H', do: 'reclassify', by: 'ts_team', fact: 'intent', value: 'INCIDENT_REPORT' },
    ]);
    expect(groups(ask('overrulings', [one, one]))).toEqual({ 'intent: SECURITY_QUESTION → INCIDENT_REPORT': 2 });
    expect(groups(ask('overruled_values', [one]))).toEqual({ 'intent SECURITY_QUESTION': 1 });
  });
});
