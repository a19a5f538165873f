/** From what was counted to a value with its mark. */
import type { MetricDef, MetricRange, MetricTarget } from '../policy/metric-types';
import type { EpochMs } from '../time/instants';
import type { MetricResult, MetricValue } from './answers';
import { holds, valueOf, type Item } from './items';

/** What was counted, as it goes. */
export interface Bucket {
  n: number;
  part: number;
  sum: number;
  /** How many have a value to be averaged. */
  measured: number;
  minus: number;
  last?: { at: EpochMs; value: number };
  /** Distinct combinations of `per`. */
  per: Set<string>;
}

/** Nothing counted yet. */
export const bucket = (): Bucket => ({ n: 0, part: 0, sum: 0, measured: 0, minus: 0, per: new Set() });

/** The unit that a metric's values are in. */
export function unitOf(def: MetricDef): MetricResult['unit'] {
  if (def.unit) return def.unit;
  if (def.value) return 'number';
  if (def.share || def.distribution || def.relativeTo !== undefined) return 'percent';
  return def.mean === 'duration' ? 'duration' : 'number';
}

/** Count one more. */
export function add(def: MetricDef, into: Bucket, item: Item): void {
  into.n += 1;
  if (def.share) {
    const whole = def.shareReadsFound || def.to.length === 0 || item.found;
    if (whole && holds(item, def.share)) into.part += 1;
  } else if (def.balance) {
    if (holds(item, def.balance.plus)) into.part += 1;
    if (holds(item, def.balance.minus)) into.minus += 1;
  } else if (def.last) {
    const value = Number(item.event.data['value']);
    if (!into.last || item.at >= into.last.at) into.last = { at: item.at, value };
  } else {
    const measure =
      def.mean === 'duration'
        ? item.duration
        : def.mean
          ? valueOf(item, def.mean)
          : def.sum
            ? valueOf(item, def.sum)
            : undefined;
    if (typeof measure === 'number') {
      into.sum += measure;
      into.measured += 1;
    }
  }
}

/** The value of what was counted; null where that is nothing. */
export function valueIn(def: MetricDef, from: Bucket): MetricValue {
  const { n } = from;
  if (def.share) return { value: n === 0 ? null : from.part / n, n, part: from.part };
  if (def.balance) return { value: n === 0 ? null : (100 * (from.part - from.minus)) / n, n, part: from.part };
  if (def.last) return { value: from.last?.value ?? null, n };
  if (def.mean) return { value: from.measured === 0 ? null : from.sum / from.measured, n: from.measured };
  // The sum of nothing is 0, because that is data; of things without a measure there is none.
  if (def.sum) return { value: from.measured === 0 && n > 0 ? null : from.sum, n: from.measured };
  if (def.per) return { value: from.per.size === 0 ? null : n / from.per.size, n, per: from.per.size };
  return { value: n, n };
}

/** Whether a value keeps a target. */
export function keeps(target: MetricTarget, value: number): boolean {
  switch (target.op) {
    case '<':
      return value < target.value;
    case '<=':
      return value <= target.value;
    case '>':
      return value > target.value;
    case '>=':
      return value >= target.value;
    case '==':
      return value === target.value;
  }
}

/** Where a value lies against its bounds, which are inclusive. */
function placed(range: MetricRange, value: number, words: MetricDef['words']): NonNullable<MetricValue['range']> {
  const place =
    range.min !== undefined && value < range.min
      ? 'below'
      : range.max !== undefined && value > range.max
        ? 'above'
        : 'within';
  const word = place === 'within' ? undefined : words?.[place];
  return { ...range, place, ...(word === undefined ? {} : { word }) };
}

/** The value with its mark: target, range, or nothing. */
export function marked(def: MetricDef, value: MetricValue, range: MetricRange | undefined): MetricValue {
  if (value.value === null) return value;
  const within = range ? placed(range, value.value, def.words) : undefined;
  const met = def.target ? keeps(def.target, value.value) : within ? within.place === 'within' : undefined;
  return {
    ...value,
    ...(within ? { range: within } : {}),
    ...(met === undefined ? {} : { met, mark: met ? 'pass' : def.miss }),
  };
}

/** The digits a value is shown with: what is shown as equal is equal, also for a direction. */
const SHOWN: Record<MetricResult['unit'], number> = {
  percent: 1_000,
  duration: 1 / 360_000,
  number: 10,
  score: 10,
  yes_no: 1,
};

/** From the older value to the newer; null where one is missing. */
export function directionOf(
  unit: MetricResult['unit'],
  newer: number | null,
  older: number | null,
): 'up' | 'flat' | 'down' | null {
  if (newer === null || older === null) return null;
  const difference = Math.round(newer * SHOWN[unit]) - Math.round(older * SHOWN[unit]);
  return difference > 0 ? 'up' : difference < 0 ? 'down' : 'flat';
}

/** The narrower of two ranges. */
export function narrowed(a: MetricRange | undefined, b: MetricRange | undefined): MetricRange | undefined {
  if (!a || !b) return a ?? b;
  const mins = [a.min, b.min].filter((one) => one !== undefined);
  const maxs = [a.max, b.max].filter((one) => one !== undefined);
  return {
    ...(mins.length === 0 ? {} : { min: Math.max(...mins) }),
    ...(maxs.length === 0 ? {} : { max: Math.min(...maxs) }),
  };
}
