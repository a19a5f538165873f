import { evaluate, meets, type Labelled } from '../../../src/triage/evaluate';
import type { TriageDecision } from '../../../src/domain/classify/types';
import { labelledIn, theTriage } from './support';

const decision = (intent: string, evidence: string | null = null): TriageDecision => ({
  keywordHit: true,
  supplementaryHit: false,
  keywords: [],
  intent,
  evidence,
  confidence: 7,
  action: 'normal_handling',
  outcome: null,
  turn: null,
  interrupt: null,
  gathered: [],
  reassessment: null,
  reasons: [],
  version: 'v',
});
/** `right` of `of` messages labelled `label` are found, the others are taken for `other`. */
const sample = (label: string, of: number, right: number, other: string, evidence = false) => ({
  labelled: Array.from({ length: of }, (_, i): Labelled => ({
    id: i,
    turns: [],
    ...(evidence ? { intent: 'INCIDENT_REPORT', evidence: label } : { intent: label }),
  })),
  decisions: Array.from({ length: of }, (_, i) => {
    const got = i < right ? label : other;
    return evidence ? decision('INCIDENT_REPORT', got) : decision(got);
  }),
});
const shareOf = async (clause: string, { labelled, decisions }: ReturnType<typeof sample>) => {
  const { targets } = await theTriage;
  return evaluate(labelled, decisions, targets).targets.find((one) => one.clauses.includes(clause));
};

test.each([
  ['TS-218', 'SECURITY_QUESTION', 100, 94, false, false],
  ['TS-218', 'SECURITY_QUESTION', 100, 95, false, true],
  ['TS-219', 'INCIDENT_REPORT', 100, 90, false, true],
  ['TS-219', 'INCIDENT_REPORT', 100, 89, false, false],
  ['TS-222', 'CLEAR_EVIDENCE', 100, 85, true, true],
  ['TS-222', 'CLEAR_EVIDENCE', 100, 84, true, false],
  ['TS-223', 'LIKELY_SOCIAL_SCRAPING', 100, 79, true, false],
  ['TS-223', 'LIKELY_SOCIAL_SCRAPING', 100, 80, true, true],
  ['TS-309', 'INCIDENT_REPORT', 100, 90, false, false],
  ['TS-309', 'INCIDENT_REPORT', 100, 91, false, true],
  ['TS-310', 'CLEAR_EVIDENCE', 100, 85, true, false],
  ['TS-310', 'CLEAR_EVIDENCE', 100, 86, true, true],
])(
  '%s: %s, %i messages, %i right [TS-218, TS-219, TS-222, TS-223, TS-309, TS-310]',
  async (clause, label, of, right, evidence, met) => {
    const result = await shareOf(
      clause,
      sample(label, of, right, evidence ? 'INSUFFICIENT_INFO' : 'FEATURE_REQUEST', evidence),
    );
    expect(result).toMatchObject({ share: right / of, met });
  },
);

test('a false positive rate of exactly 5% is not below 5% [TS-220]', async () => {
  const wrong = sample('SECURITY_QUESTION', 10, 0, 'INCIDENT_REPORT');
  const right = sample('INCIDENT_REPORT', 190, 190, '');
  const both = {
    labelled: [...wrong.labelled, ...right.labelled],
    decisions: [...wrong.decisions, ...right.decisions],
  };
  const result = await shareOf('TS-220', both);
  expect(result?.share).toBeCloseTo(0.05);
  expect(result?.met).toBe(false);
  expect(meets({ measure: 'false_share', of: 'intent', strict: true, bound: 0.05, clauses: [] }, 0.049)).toBe(true);
});

test('what no message tells is no data, and no target is missed for it', async () => {
  const { targets } = await theTriage;
  const result = evaluate([{ id: 1, turns: [] }], [decision('UNCLEAR')], targets);
  expect(result.targets.map((one) => one.met)).toEqual(targets.map(() => null));
  expect(result.ok).toBe(true);
});

test('the share that a person looks at, and accuracy at each threshold, are told [TS-224, TS-303]', async () => {
  const { targets } = await theTriage;
  const labelled: Labelled[] = [
    { id: 1, turns: [], intent: 'INCIDENT_REPORT', evidence: 'CLEAR_EVIDENCE' },
    { id: 2, turns: [], intent: 'INCIDENT_REPORT', evidence: 'INSUFFICIENT_INFO' },
  ];
  const decisions = [
    { ...decision('INCIDENT_REPORT', 'CLEAR_EVIDENCE'), confidence: 8 },
    { ...decision('INCIDENT_REPORT', 'CLEAR_EVIDENCE'), confidence: 5, outcome: 'human_triage' },
  ];
  const result = evaluate(labelled, decisions, targets);
  expect(result.humanReview).toBe(1);
  expect(result.thresholds).toHaveLength(11);
  expect(result.thresholds.filter((one) => [5, 6, 9].includes(one.at))).toEqual([
    { at: 5, clear: 1, others: 1 },
    { at: 6, clear: 1, others: 0 },
    { at: 9, clear: 0, others: 0 },
  ]);
});

test("the classifier meets the targets on the messages it was made with, and on the document's cases all are right [TS-302]", async () => {
  const { triage, targets } = await theTriage;
  const labelled = labelledIn('development');
  expect(labelled.length).toBeGreaterThan(200);
  const run = (rows: Labelled[]) =>
    evaluate(
      rows,
      rows.map((one) => triage.conversation(one.turns, { prefilter: false })),
      targets,
    );
  expect(run(labelled).targets.filter((one) => one.met !== true)).toEqual([]);
  expect(run(labelledIn('document')).wrong).toEqual([]);
});

test('messages and conversations of writers who knew neither rules nor weights, never learned from, are mostly right [TS-309, TS-310]', async () => {
  const { triage, targets } = await theTriage;
  const run = (...names: string[]) => {
    const rows = names.flatMap(labelledIn);
    const decisions = rows.map((one) => triage.conversation(one.turns, { prefilter: false }));
    return new Map(evaluate(rows, decisions, targets).matrices.map((one) => [one.of, one.accuracy ?? 0]));
  };
  const strangers = run('strangers', 'strangers-2');
  expect(strangers.get('intent')).toBeGreaterThan(0.9);
  expect(strangers.get('evidence')).toBeGreaterThan(0.85);
  expect(strangers.get('action')).toBeGreaterThan(0.9);
  expect(run('dialogues').get('outcome')).toBeGreaterThan(0.75);
});
