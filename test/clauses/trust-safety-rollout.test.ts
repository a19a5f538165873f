/** Weeks 8 to 10 of Trust & Safety: shadow beside people, and the figures that its rollout waits for. */
import { compareShadow } from '../../src/domain/metrics/shadow';
import { WHOLE } from '../../src/domain/policy/rollout-types';
import type { JsonObject } from '../../src/domain/policy/types';
import type { History } from '../../src/domain/metrics/history';
import { ALL, ask, copies, groups, play, readTriagePack, round, said, triagePack } from '../support/triage-histories';

beforeAll(readTriagePack);

const incident = said('PT1S', { intent: { value: 'INCIDENT_REPORT', score: 9 } });
const resolve = (at: string, ts_conclusion?: string): JsonObject => ({
  ...{ at, do: 'resolve', by: 'dana', resolution: 'done' },
  ...(ts_conclusion === undefined ? {} : { ts_conclusion }),
});
const escalated = (script: JsonObject[], rollout = 0): Promise<History> =>
  play({
    rollout,
    answers: [
      ...incident,
      ...said('PT2S', { evidence: { value: 'CLEAR_EVIDENCE', score: 8 } }),
      ...round('PT3S', ALL),
      ...said('PT4S', { reassess: { value: 'CONFIRMED_BREACH', score: 9 } }),
    ],
    script,
    until: 'P4D',
  });
const educated = (script: JsonObject[]): Promise<History> =>
  play({
    rollout: 0,
    answers: [...incident, ...said('PT2S', { evidence: { value: 'LIKELY_SOCIAL_SCRAPING', score: 7 } })],
    script,
    until: 'P4D',
  });
const WEEK = { from: Date.parse('2026-03-01T00:00:00Z'), to: Date.parse('2026-03-08T00:00:00Z') };
const value = (metric: string, histories: History[]) => ask(metric, histories, { period: WEEK }).total;

describe('shadow mode', () => {
  it('people are asked for their conclusion when they are done, unless they said it [TS-306]', async () => {
    const opened = (one: History): number => one.state.seen['task_opened']?.of['conclusion_in_shadow']?.n ?? 0;
    expect(opened(await escalated([resolve('PT1H')]))).toBe(1);
    expect(opened(await escalated([resolve('PT1H', 'breach')]))).toBe(0);
    expect(opened(await escalated([]))).toBe(0);
    expect(opened(await play({ rollout: 0, body: 'How do I add a song?', script: [resolve('PT1H')] }))).toBe(0);
    expect(opened(await escalated([resolve('PT1H')], 100))).toBe(0);
  });

  it('a report sets bot and people beside each other for each ticket [TS-306]', async () => {
    const [def] = Object.values(triagePack().rollouts ?? {});
    const histories = [
      await escalated([resolve('PT1H', 'breach')]),
      await escalated([resolve('PT1H', 'no_breach')]),
      await educated([resolve('P3DT1H', 'no_breach')]),
      await educated([]),
      await play({ rollout: 0, body: 'How do I add a song?', script: [resolve('PT1H')] }),
    ];
    expect(def?.name).toBe(WHOLE);
    const found = compareShadow(triagePack(), def as never, histories, WEEK);
    expect(
      found.tickets.map(({ bot, person, verdict }) => `${String(bot)} ${String(person)} ${verdict}`).sort(),
    ).toEqual([
      'education_resolved no_breach agree',
      'education_resolved null open',
      'escalated breach agree',
      'escalated no_breach disagree',
      'standard_support null left',
    ]);
    const agreement = ask('shadow_agreement', histories, { period: WEEK });
    expect([agreement.total.value, agreement.total.n]).toEqual([2 / 3, 3]);
    expect(groups(agreement)).toEqual({ escalated: 0.5, education_resolved: 1 });
  });
});

describe('the week that a greater share waits for', () => {
  it.each([
    [1, 9, false],
    [1, 10, true],
  ])(
    '%i of %i more escalations wrong: met is %p, for less than a tenth is asked [TS-307]',
    async (wrong, right, met) => {
      const histories = [
        ...copies(wrong, await escalated([resolve('PT1H', 'no_breach')])),
        ...copies(right, await escalated([resolve('PT1H', 'breach')])),
        ...copies(3, await educated([resolve('P3DT1H', 'breach')])),
      ];
      expect(value('pilot_false_positives', histories)).toMatchObject({ n: wrong + right, met });
    },
  );

  it('without a conclusion there is nothing to go by', async () => {
    expect(value('pilot_false_positives', [await escalated([])]).value).toBeNull();
  });
});
