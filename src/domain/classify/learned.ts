/**
 * A scorer whose weights were learned from labelled messages and are data of the pack: for each value a sum over the
 * features of a text, made into shares of certainty. Transparent: every weight has a name, and the heaviest are reasons.
 */
import type { Features } from './features';
import type { LearnedSpec } from './types';

/** A text of few features is mostly unknown: added to their number, so that little said says little. */
const UNKNOWN_MASS = 12;
/** Features listed as reasons. */
const TOLD = 4;

/** How much each feature of one text counts: the same in learning and in answering. */
export function scaleOf(features: Features): number {
  let sum = UNKNOWN_MASS;
  for (const value of features.values()) sum += value * value;
  return 3 / Math.sqrt(sum);
}

/** Shares of certainty from sums, in the order of the values; they add up to 1. */
export function sharesOf(sums: readonly number[]): number[] {
  const most = Math.max(...sums);
  const raised = sums.map((sum) => Math.exp(sum - most));
  const total = raised.reduce((sum, one) => sum + one, 0);
  return raised.map((one) => one / total);
}

/** What a learned scorer says of a text. */
export interface LearnedAnswer {
  /** The likeliest value; null where that is none of the declared ones. */
  value: string | null;
  /** Its certainty, 0 to 1. */
  share: number;
  /** The features that speak for it most, as sentences. */
  reasons: string[];
}

/** The answer of learned weights to the features of a text; undefined where none of the features is known. */
export function learnedAnswer(spec: LearnedSpec, features: Features): LearnedAnswer | undefined {
  const scale = scaleOf(features);
  const sums = [...spec.bias];
  const known: { name: string; weights: readonly number[]; value: number }[] = [];
  for (const [name, value] of features) {
    const weights = Object.hasOwn(spec.weights, name) ? spec.weights[name] : undefined;
    if (!weights) continue;
    known.push({ name, weights, value });
    weights.forEach((weight, column) => (sums[column] = (sums[column] ?? 0) + weight * value * scale));
  }
  if (known.length === 0) return undefined;
  const shares = sharesOf(sums);
  const column = shares.indexOf(Math.max(...shares));
  const share = shares[column] ?? 0;
  const value = spec.values[column] ?? null;
  const speaks = ({ weights, value: much }: (typeof known)[number]): number => {
    const others = weights.reduce((sum, one) => sum + one, 0) - (weights[column] ?? 0);
    return ((weights[column] ?? 0) - others / (weights.length - 1)) * much * scale;
  };
  const reasons = known
    .map((one) => ({ name: one.name, points: speaks(one) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || (a.name < b.name ? -1 : 1))
    .slice(0, TOLD)
    .map(({ name, points }) => `${value ?? 'none'} +${points.toFixed(2)}: learned of “${name}”`);
  return { value, share, reasons };
}
