/** Values of metrics in words, the same on every screen and in every report. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time/instants';
import type { Mark, MetricResult, MetricValue } from './answers';

const trimmed = (n: number, digits: number): string => n.toFixed(digits).replace(/\.0+$|(\.\d*?)0+$/, '$1');

/** `4.2 hours`, `45 minutes`, `3.5 days`: one digit, in the unit that people would say. */
export function durationText(ms: number): string {
  const [amount, unit] =
    ms < MINUTE_MS
      ? [ms / 1_000, 'second']
      : ms < HOUR_MS
        ? [ms / MINUTE_MS, 'minute']
        : ms < 4 * DAY_MS
          ? [ms / HOUR_MS, 'hour']
          : [ms / DAY_MS, 'day'];
  const text = trimmed(amount, 1);
  return `${text} ${unit}${text === '1' ? '' : 's'}`;
}

/** `17%`, `3.5%` of a share from 0 to 1. */
export const percentText = (share: number): string => `${trimmed(share * 100, 1)}%`;

/** A number in a unit: `96.5%`, `4.2 hours`, `4.5/5`, `16`. */
export function numberText(value: number, unit: MetricResult['unit']): string {
  if (unit === 'percent') return percentText(value);
  if (unit === 'duration') return durationText(value);
  if (unit === 'score') return `${trimmed(value, 1)}/5`;
  return trimmed(value, 1);
}

/** A value in words; `no data` where there are none. */
export function valueText(value: MetricValue, unit: MetricResult['unit']): string {
  if (value.value === null) return 'no data';
  const text = numberText(value.value, unit);
  return value.of === undefined || value.of === null || unit === 'duration' ? text : `${text}/${trimmed(value.of, 1)}`;
}

const SIGNS: Record<Mark, string> = { pass: '✅', fail: '❌', warn: '⚠️' };

/** The sign of a mark; nothing where nothing is marked. */
export const markSign = (mark: Mark | undefined): string => (mark === undefined ? '' : SIGNS[mark]);

/** Signs of a direction. */
export const ARROWS = { up: '↑', flat: '→', down: '↓' } as const;
