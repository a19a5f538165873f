/** Answers as JSON for the outside: durations in seconds, instants as text, every value in words as well. */
import type { MetricResult, MetricValue } from '../domain/metrics/answers';
import { ARROWS, valueText } from '../domain/metrics/words';
import type { JsonObject } from '../domain/policy/types';
import { formatInstant } from '../domain/time/instants';
import { outward } from './table';

function valueJson(value: MetricValue, { unit, shown }: Pick<MetricResult, 'unit' | 'shown'>): JsonObject {
  const { own, range, need, mark, met, part, of, reference, deviation } = value;
  return {
    value: outward(value.value, unit),
    n: value.n,
    text: valueText(value, unit, shown),
    ...(part === undefined ? {} : { part }),
    ...(of === undefined ? {} : { of }),
    ...(own === undefined ? {} : { own }),
    ...(reference === undefined ? {} : { reference, deviation: deviation ?? null }),
    ...(range ? { range: { ...range } } : {}),
    ...(need ? { need: { ...need } } : {}),
    ...(met === undefined ? {} : { met }),
    ...(mark === undefined ? {} : { mark }),
  };
}

/** One answer. */
export function metricJson(result: MetricResult): JsonObject {
  const { unit, compare, baseline } = result;
  return {
    metric: result.metric,
    title: result.title,
    label: result.label ?? null,
    unit: unit === 'duration' ? 'seconds' : unit === 'percent' ? 'share' : unit,
    better: result.better ?? null,
    target: result.target ?? null,
    period: { from: formatInstant(result.period.from), to: formatInstant(result.period.to) },
    by: result.by,
    total: valueJson(result.total, result),
    groups: result.groups.map((group) => ({ key: group.key, ...valueJson(group, result) })),
    ...(baseline ? { baseline: { ...baseline } } : {}),
    ...(result.trend === undefined ? {} : { trend: result.trend }),
    ...(compare
      ? {
          compare: {
            windows: compare.windows,
            newer: valueJson(compare.newer, result),
            older: valueJson(compare.older, result),
            direction: compare.direction,
            text: compare.direction === null ? 'no data' : `${ARROWS[compare.direction]} ${compare.word ?? ''}`.trim(),
          },
        }
      : {}),
  };
}
