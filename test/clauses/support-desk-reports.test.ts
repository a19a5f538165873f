/** Reports of a part read in the composed pack as they read alone. */
import { join } from 'node:path';
import { historyOf, type History } from '../../src/domain/metrics/history';
import { loadPack } from '../../src/policies/load';
import { rehearse } from '../../src/rehearsal/rehearse';
import { parseScenario } from '../../src/rehearsal/scenario';
import { contentOf } from '../../src/reports/content';
import { openingsOf } from '../../src/reports/openings';
import { ALL, round, said, type Answer } from '../support/triage-histories';

const folder = (name: string): string => join(__dirname, '../../policies', name);
const DESK = loadPack(folder('support-desk'));
const ALONE = loadPack(folder('trust-safety'));
const PERIODS = {
  day: { from: Date.UTC(2026, 2, 2), to: Date.UTC(2026, 2, 3) },
  week: { from: Date.UTC(2026, 2, 2), to: Date.UTC(2026, 2, 9) },
  month: { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 3, 1) },
  quarter: { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 3, 1) },
};
const usage = { calls: 1, inputTokens: 150, outputTokens: 20, cost: 0.05 };

/** One escalated conversation with what people say of it; and one that education resolved. */
async function played(loaded: Awaited<typeof DESK>, prefix: string): Promise<History[]> {
  const named = (answers: Answer[]): Answer[] => answers.map((one) => ({ ...one, fact: `${prefix}${one.fact}` }));
  const incident = said('PT1S', { intent: { value: 'INCIDENT_REPORT', score: 9, usage } });
  const escalated = [
    ...incident,
    ...said('PT2S', { evidence: { value: 'CLEAR_EVIDENCE', score: 8 } }),
    ...round('PT3S', ALL),
    ...said('PT4S', { reassess: { value: 'CONFIRMED_BREACH', score: 9 } }),
  ];
  const educated = [...incident, ...said('PT2S', { evidence: { value: 'LIKELY_SOCIAL_SCRAPING', score: 8 } })];
  const scripts = [
    [
      { at: 'PT1H', do: 'reply', by: 'tess', text: 'I am on it' },
      {
        at: 'PT2H',
        do: 'answer',
        by: 'tess',
        task: `${prefix}handoff_feedback`,
        choice: 4,
        re_asked: true,
        comment: 'Vague',
      },
      { at: 'PT3H', do: 'set', by: 'tess', ts_conclusion: 'no_breach' },
    ],
    [],
  ];
  return Promise.all(
    [escalated, educated].map(async (answers, i) => {
      const source = {
        policy: loaded.pack.id,
        opened: '2026-03-02T10:00:00Z',
        ticket: {
          subject: 'A',
          body: 'We were hacked',
          channel: 'email',
          customer: { id: 'ann', name: 'Ann', email: 'ann@grace.example', plan: 'professional' },
        },
        answers: named(answers),
        script: scripts[i],
        until: 'P5D',
        expect: [],
        never: [],
      };
      const { tickets } = await rehearse(parseScenario(JSON.stringify(source), 'inline.yaml'), loaded);
      const ticket = tickets.find((one) => one.events.some((event) => event.type === 'flow_started'));
      if (!ticket) throw new Error('no flow ran');
      return { ...historyOf(ticket.id, ticket.events), id: `T-${i}` };
    }),
  );
}

test('each report of Trust & Safety says the same within the support desk [TS-272] [TS-277] [TS-288] [TS-294] [TS-312]', async () => {
  const [desk, alone] = [await DESK, await ALONE];
  const [there, here] = [await played(desk, 'safety.'), await played(alone, '')];
  const same = (text: string): string => text.replace(/TICK-\d+-\d+/g, 'T');
  for (const [name, def] of Object.entries(alone.pack.reports)) {
    const inside = desk.pack.reports[`safety.${name}`];
    if (!inside) throw new Error(`no report safety.${name}`);
    const period = def.live ? { from: PERIODS.day.to - 1, to: PERIODS.day.to - 1 } : PERIODS[def.period];
    const [one, other] = [
      contentOf({ pack: alone.pack, histories: here, series: {} }, def, period),
      contentOf({ pack: desk.pack, histories: there, series: {} }, inside, period),
    ];
    const wordsOf = (content: typeof one) => content.parts.map((part) => [part.title, part.lines.map(same)]);
    expect([name, wordsOf(other)]).toEqual([name, wordsOf(one)]);
    if (name === 'weekly_review') expect(JSON.stringify(wordsOf(other))).toContain('False positives: 1, rate 100.0%');
  }
});

test('the schedules of the part open their tickets within the support desk [TS-299] [TS-308]', async () => {
  const desk = await DESK;
  const histories = await played(desk, 'safety.');
  const open = (name: string, at: number) => {
    const def = desk.pack.schedules[`safety.${name}`];
    if (!def) throw new Error(`no schedule safety.${name}`);
    return openingsOf({ pack: desk.pack, histories, series: {} }, def, at).map((one) => one.opening.kind);
  };
  expect(open('model_budget', Date.UTC(2026, 2, 3, 8))).toEqual(['safety.budget_alert']);
  expect(open('model_budget', Date.UTC(2026, 2, 4, 8))).toEqual([]);
  expect(open('education_sample', Date.UTC(2026, 2, 9, 9))).toEqual(['safety.verdict']);
  expect(open('weekly_review', Date.UTC(2026, 2, 9, 9))).toEqual(['safety.weekly_review']);
});
