/** How good a classifier is on labelled messages: matrices, precision and recall, held against a pack's targets. */
import type { TriageDecision, TurnText } from '../domain/classify/types';
import type { Target } from '../policies/schema/classifier';

/** A message whose right answers are known. A label that is absent is not measured. */
export interface Labelled {
  id: string | number | null;
  turns: TurnText[];
  intent?: string;
  evidence?: string | null;
  action?: string;
  outcome?: string | null;
  turn?: number | null;
  /** Right answers to further questions, by question; of one without values whether there is any of it. */
  answers?: Readonly<Record<string, string | boolean | null>>;
}

/** What is measured on its own. */
export const MEASURED = ['intent', 'evidence', 'action', 'outcome'] as const;
export type Measured = (typeof MEASURED)[number];

export interface LabelScore {
  label: string;
  /** How often it is right. */
  support: number;
  predicted: number;
  /** Share of those predicted that are right; null where none was predicted. */
  precision: number | null;
  /** Share of the right ones that were found; null where there is none. */
  recall: number | null;
}
export interface Matrix {
  of: Measured;
  labels: string[];
  /** Right label, then predicted one, to a number of messages. */
  counts: Record<string, Record<string, number>>;
  scores: LabelScore[];
  total: number;
  right: number;
  /** null where nothing was measured. */
  accuracy: number | null;
}
export interface TargetResult {
  clauses: readonly string[];
  what: string;
  bound: number;
  share: number | null;
  /** null where no message tells. */
  met: boolean | null;
}
export interface Evaluation {
  messages: number;
  version: string;
  matrices: Matrix[];
  targets: TargetResult[];
  /** Of incidents: how many a keyword lets through, and how many only an added one. */
  prefilter: { incidents: number; keyword: number; supplementary: number; missed: string[] };
  /** At each confidence, the share of clear and of other evidence that would go on. */
  thresholds: { at: number; clear: number | null; others: number | null }[];
  humanReview: number;
  wrong: { id: Labelled['id']; of: Measured; expected: string; got: string }[];
  ok: boolean;
}

const NONE = 'none';
const shown = (value: string | null | undefined): string => value ?? NONE;
const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Whether a share reaches a target. */
export function meets(target: Target, value: number): boolean {
  if (target.measure === 'false_share') return target.strict ? value < target.bound : value <= target.bound;
  return target.strict ? value > target.bound : value >= target.bound;
}

/** Compare decisions with labels. `clear` names the evidence whose threshold is swept, by the targets' first recall of evidence. */
export function evaluate(
  labelled: readonly Labelled[],
  decisions: readonly TriageDecision[],
  targets: readonly Target[],
): Evaluation {
  const wrong: Evaluation['wrong'] = [];
  const matrices = MEASURED.map((of) => matrixOf(of, labelled, decisions, wrong));
  const results = targets.map((target) => resultOf(target, matrices));
  const first = targets.find((target) => target.of === 'intent' && target.measure === 'false_share')?.value;
  const clear = targets.find((target) => target.of === 'evidence' && target.measure === 'recall')?.value;
  const incidents = labelled.flatMap((one, i) =>
    first !== undefined && one.intent === first ? [{ one, decision: decisions[i] }] : [],
  );
  const assessed = labelled.flatMap((one, i) =>
    one.evidence === undefined || one.evidence === null || decisions[i]?.evidence !== clear
      ? []
      : [{ right: one.evidence === clear, at: decisions[i]?.confidence ?? 0 }],
  );
  return {
    messages: labelled.length,
    version: decisions[0]?.version ?? '',
    matrices,
    targets: results,
    prefilter: {
      incidents: incidents.length,
      keyword: incidents.filter(({ decision }) => decision?.keywordHit).length,
      supplementary: incidents.filter(({ decision }) => decision?.supplementaryHit && !decision.keywordHit).length,
      missed: incidents
        .filter(({ decision }) => !decision?.supplementaryHit && !decision?.keywordHit)
        .map(({ one }) => String(one.id)),
    },
    thresholds: Array.from({ length: 11 }, (_, at) => ({
      at,
      clear: share(
        assessed.filter((one) => one.right && one.at >= at).length,
        assessed.filter((one) => one.right).length,
      ),
      others: share(
        assessed.filter((one) => !one.right && one.at >= at).length,
        assessed.filter((one) => !one.right).length,
      ),
    })),
    humanReview: decisions.filter((decision) => /^human_(triage|review)$/.test(decision.outcome ?? '')).length,
    wrong,
    ok: results.every((one) => one.met !== false),
  };
}

function matrixOf(
  of: Measured,
  labelled: readonly Labelled[],
  decisions: readonly TriageDecision[],
  wrong: Evaluation['wrong'],
): Matrix {
  const counts: Matrix['counts'] = {};
  const labels = new Set<string>();
  let [total, right] = [0, 0];
  labelled.forEach((one, i) => {
    const decision = decisions[i];
    if (one[of] === undefined || !decision) return;
    // Evidence is a matter of incidents: a message that is none has none to be measured.
    if (of === 'evidence' && one.evidence === null && decision.evidence === null) return;
    let [expected, got] = [shown(one[of]), shown(decision[of])];
    if (
      of === 'outcome' &&
      one.turn !== undefined &&
      one.turn !== null &&
      expected === got &&
      one.turn !== decision.turn
    ) {
      expected = `${expected} at ${one.turn}`;
      got = `${got} at ${decision.turn}`;
    }
    labels.add(expected).add(got);
    const row = (counts[expected] ??= {});
    row[got] = (row[got] ?? 0) + 1;
    total++;
    if (expected === got) right++;
    else wrong.push({ id: one.id, of, expected, got });
  });
  const names = [...labels].sort();
  const scores = names.map((label) => {
    const support = Object.values(counts[label] ?? {}).reduce((sum, n) => sum + n, 0);
    const predicted = names.reduce((sum, other) => sum + (counts[other]?.[label] ?? 0), 0);
    const both = counts[label]?.[label] ?? 0;
    return { label, support, predicted, precision: share(both, predicted), recall: share(both, support) };
  });
  return { of, labels: names, counts, scores, total, right, accuracy: share(right, total) };
}

function resultOf(target: Target, matrices: readonly Matrix[]): TargetResult {
  const matrix = matrices.find((one) => one.of === target.of);
  const score = matrix?.scores.find((one) => one.label === target.value);
  const value =
    target.measure === 'accuracy'
      ? (matrix?.accuracy ?? null)
      : target.measure === 'recall'
        ? (score?.recall ?? null)
        : target.measure === 'precision'
          ? (score?.precision ?? null)
          : score?.precision === null || score === undefined
            ? null
            : 1 - score.precision;
  const sign = target.measure === 'false_share' ? (target.strict ? '<' : '≤') : target.strict ? '>' : '≥';
  return {
    clauses: target.clauses,
    what: `${target.measure.replace('_', ' ')} of ${target.of}${target.value === undefined ? '' : ` ${target.value}`} ${sign} ${Math.round(target.bound * 1000) / 10}%`,
    bound: target.bound,
    share: value,
    met: value === null ? null : meets(target, value),
  };
}
