/** Answers as flat rows: for CSV, and for tables. */
import { stringify } from 'csv-stringify/sync';
import type { MetricResult, MetricValue } from '../domain/metrics/answers';
import { valueText } from '../domain/metrics/words';
import { formatInstant } from '../domain/time/instants';

/** One line of the export. Durations are seconds, shares from 0 to 1, as the columns say. */
export interface MetricRow {
  metric: string;
  from: string;
  to: string;
  group: string;
  value: number | null;
  unit: string;
  n: number;
  part: number | null;
  target: string;
  mark: string;
  text: string;
}

/** In the unit that is given outside: durations in seconds. */
export const outward = (value: number | null, unit: MetricResult['unit']): number | null =>
  value === null ? null : unit === 'duration' ? value / 1_000 : value;

/** Rows of answers: one a group, and the whole with the group `total`. */
export function rowsOf(results: readonly MetricResult[]): MetricRow[] {
  return results.flatMap((result) => {
    const row = (group: string, value: MetricValue): MetricRow => ({
      metric: result.metric,
      from: formatInstant(result.period.from),
      to: formatInstant(result.period.to),
      group,
      value: outward(value.value, result.unit),
      unit: result.unit === 'duration' ? 'seconds' : result.unit === 'percent' ? 'share' : result.unit,
      n: value.n,
      part: value.part ?? null,
      target: result.target ?? '',
      mark: value.mark ?? '',
      text: valueText(value, result.unit, result.shown),
    });
    return [...result.groups.map((group) => row(group.key.join(' / '), group)), row('total', result.total)];
  });
}

/** A cell that a spreadsheet would run as a formula is written as a text. */
const cell = (value: string): string => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);

/** RFC 4180, with a head. */
export const csvOf = (results: readonly MetricResult[]): string =>
  stringify(rowsOf(results), {
    header: true,
    columns: ['metric', 'from', 'to', 'group', 'value', 'unit', 'n', 'part', 'target', 'mark', 'text'],
    cast: { string: cell },
  });
