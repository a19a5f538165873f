/**
 * Learns the weights of a question from labelled messages: multinomial logistic regression on the features that the
 * embedded classifier sees, by stochastic gradient descent with a step for each weight (AdaGrad). The same messages give
 * the same weights. Written here because what is learned must be the very features the core reads, sparse and named.
 */
import { TocsinError } from '../domain/errors';
import { Triage } from '../domain/classify/classifier';
import type { Features } from '../domain/classify/features';
import { scaleOf, sharesOf } from '../domain/classify/learned';
import { POINTS } from '../domain/classify/questions';
import type { LearnedSpec } from '../domain/classify/types';
import type { Labelled } from './evaluate';

const ROUNDS = 60;
const STEP = 0.3;
/** Pull towards nothing: what few messages show counts little. */
const PULL = 0.0001;
/** What fewer messages have is chance. */
const SEEN_AT_LEAST = 3;
/** Weights below this tell nothing and are left out. */
const TELLS = 0.4;
const DECIMALS = 1;

interface Row {
  columns: number[];
  amounts: number[];
  label: number;
}

/** What labelled messages teach for every question of the pack that is learned. Throws ESC_REQUEST_INVALID where there is none. */
export function learnAll(triage: Triage, messages: readonly Labelled[]): Record<string, LearnedSpec> {
  const { learnable } = triage.spec;
  if (learnable.length === 0)
    throw new TocsinError('ESC_REQUEST_INVALID', 'the pack has no "learnable" questions in its triage folder', {});
  // What was learned before is forgotten first: the same messages give the same weights.
  const afresh = new Triage({ ...triage.spec, learned: {} });
  return Object.fromEntries(learnable.map((question) => [question, learn(afresh, question, messages)]));
}

/**
 * What labelled messages teach for one question: the label beside a message that has the question's name. A message
 * without it teaches nothing; a label that is none of the question's values (`UNCLEAR`, null, false) is the answer "none of them";
 * true is what a question without values asks for.
 */
function learn(triage: Triage, question: string, messages: readonly Labelled[]): LearnedSpec {
  const declared = triage.spec.questions[question]?.values ?? [];
  const given = declared.length === 0 ? [POINTS] : declared;
  const labelOf = (one: Labelled): string | null | undefined => {
    const label = labelsOf(one)[question];
    if (label === undefined) return undefined;
    if (typeof label === 'boolean') return label ? POINTS : null;
    return label !== null && given.includes(label) ? label : null;
  };
  const taught = messages.filter((one) => labelOf(one) !== undefined);
  if (taught.length === 0)
    throw new TocsinError('ESC_REQUEST_INVALID', `no message has a label "${question}": there is nothing to learn`, {
      question,
    });
  const values: (string | null)[] = taught.some((one) => labelOf(one) === null) ? [...given, null] : [...given];
  const seen = taught.map((one) => featuresIn(triage, one));
  const names = namesIn(seen);
  const rows = taught.map((one, i) => rowOf(seen[i] ?? new Map(), names, values.indexOf(labelOf(one) ?? null)));
  const { weights, bias } = descend(rows, values.length, names.size);
  const kept = [...names]
    .map(([name, at]) => [name, weights.map((column) => round(column[at] ?? 0))] as const)
    .filter(([, row]) => row.some((one) => Math.abs(one) >= TELLS))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { values, bias: bias.map(round), weights: Object.fromEntries(kept) };
}

/** Labels by question: intent and evidence by name (evidence only of what is an incident), all others under `answers`. */
function labelsOf({ intent, evidence, answers }: Labelled): Record<string, string | boolean | null | undefined> {
  return { intent, evidence: evidence ?? undefined, ...answers };
}

const round = (value: number): number => Number(value.toFixed(DECIMALS)) + 0;

/** What the customer wrote, as the question is asked at the first message. */
function featuresIn(triage: Triage, { turns }: Labelled): Features {
  const first = turns.find((turn) => turn.from === 'customer')?.text ?? '';
  return triage.features(triage.read(first));
}

/** Features that occur often enough, with their columns. */
function namesIn(seen: readonly Features[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const features of seen) for (const name of features.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = new Map<string, number>();
  for (const [name, count] of counts) if (count >= SEEN_AT_LEAST) names.set(name, names.size);
  return names;
}

function rowOf(features: Features, names: ReadonlyMap<string, number>, label: number): Row {
  const scale = scaleOf(features);
  const row: Row = { columns: [], amounts: [], label };
  for (const [name, value] of features) {
    const column = names.get(name);
    if (column === undefined) continue;
    row.columns.push(column);
    row.amounts.push(value * scale);
  }
  return row;
}

/** The same shuffling every time: a linear congruential generator. */
function* shuffles(length: number): Generator<number[]> {
  let seed = 1;
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((seed / 0x80000000) * below);
  };
  const order = Array.from({ length }, (_, i) => i);
  for (;;) {
    for (let i = length - 1; i > 0; i--) {
      const j = next(i + 1);
      [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
    }
    yield order;
  }
}

function descend(rows: readonly Row[], values: number, features: number): { weights: Float64Array[]; bias: number[] } {
  const make = (fill: number): Float64Array[] =>
    Array.from({ length: values }, () => new Float64Array(features + 1).fill(fill));
  const weights = make(0);
  const steps = make(1e-6);
  const order = shuffles(rows.length);
  for (let round = 0; round < ROUNDS; round++) {
    for (const i of order.next().value as number[]) {
      const row = rows[i];
      if (row) improve(row, weights, steps, features);
    }
  }
  return { weights, bias: weights.map((column) => column[features] ?? 0) };
}

/** One step down for one message. The last place of each column is its bias, which nothing pulls. */
function improve({ columns, amounts, label }: Row, weights: Float64Array[], steps: Float64Array[], bias: number): void {
  const sums = weights.map((column) =>
    columns.reduce((sum, at, j) => sum + (column[at] ?? 0) * (amounts[j] ?? 0), column[bias] ?? 0),
  );
  const shares = sharesOf(sums);
  weights.forEach((column, value) => {
    const step = steps[value];
    if (!step) return;
    const off = (shares[value] ?? 0) - (value === label ? 1 : 0);
    const move = (at: number, slope: number): void => {
      step[at] = (step[at] ?? 0) + slope * slope;
      column[at] = (column[at] ?? 0) - (STEP * slope) / Math.sqrt(step[at] ?? 1);
    };
    columns.forEach((at, j) => move(at, off * (amounts[j] ?? 0) + PULL * (column[at] ?? 0)));
    move(bias, off);
  });
}

/** What was learned, as the file of a pack: a feature a line, so that a change can be read. */
export function learnedFile(learned: Readonly<Record<string, LearnedSpec>>): string {
  const question = ([name, { values, bias, weights }]: [string, LearnedSpec]): string =>
    [
      `${JSON.stringify(name)}: {`,
      `"values": ${JSON.stringify(values)},`,
      `"bias": ${JSON.stringify(bias)},`,
      '"weights": {',
      Object.entries(weights)
        .map(([feature, row]) => `${JSON.stringify(feature)}: ${JSON.stringify(row)}`)
        .join(',\n'),
      '}}',
    ].join('\n');
  return `{"learned": {\n${Object.entries(learned).map(question).join(',\n')}\n}}\n`;
}
