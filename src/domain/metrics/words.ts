/** Values of metrics in words, the same on every screen and in every report. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time/instants';
import type { MetricRange, MetricShown } from '../policy/metric-types';
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

const grouped = (text: string): string => text.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** So many digits after the point, thousands grouped: `1,798.65`; up to `most` where they are not zeros: `0.045`. */
function fixed(value: number, digits: number, most = digits): string {
  // What is a half to people is one: 0.045 is no 0.04499….
  const [whole = '', all = ''] = (Math.abs(value) * (1 + Number.EPSILON)).toFixed(Math.max(digits, most)).split('.');
  const rest = all.slice(0, digits) + all.slice(digits).replace(/0+$/, '');
  const text = rest === '' ? grouped(whole) : `${grouped(whole)}.${rest}`;
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

/** `2 h 00 m`. */
function clockText(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`;
}

function shownText(value: number, unit: MetricResult['unit'], shown: MetricShown): string {
  const { digits, mostDigits, before = '', after = '' } = shown;
  const number = (): string => {
    if (unit === 'duration') return shown.clock ? clockText(value) : durationText(value);
    if (digits === undefined) return numberText(value, unit);
    if (unit === 'percent') return `${fixed(value * 100, digits, mostDigits)}%`;
    return unit === 'score' ? `${fixed(value, digits)}/${fixed(5, digits)}` : fixed(value, digits, mostDigits);
  };
  return `${before}${number()}${after}`;
}

/** A number in a unit: `96.5%`, `4.2 hours`, `4.5/5`, `16`; as the metric has it shown. */
export function numberText(value: number, unit: MetricResult['unit'], shown?: MetricShown): string {
  if (unit === 'yes_no') return value === 0 ? 'no' : 'yes';
  if (shown) return shownText(value, unit, shown);
  if (unit === 'percent') return percentText(value);
  if (unit === 'duration') return durationText(value);
  if (unit === 'score') return `${trimmed(value, 1)}/5`;
  return trimmed(value, 1);
}

/** A value in words; `no data` where there are none. */
export function valueText(value: MetricValue, unit: MetricResult['unit'], shown?: MetricShown): string {
  if (value.value === null) return 'no data';
  const text = numberText(value.value, unit, shown);
  return value.of === undefined || value.of === null || unit === 'duration' ? text : `${text}/${trimmed(value.of, 1)}`;
}

/** Bounds in words: `40% to 50%`, `3 to 6`, `at least 1.5`. */
export function rangeText({ min, max }: MetricRange, unit: MetricResult['unit']): string {
  const text = (value: number): string => (unit === 'percent' ? percentText(value) : trimmed(value, 2));
  if (min !== undefined && max !== undefined) return `${text(min)} to ${text(max)}`;
  return min !== undefined ? `at least ${text(min)}` : max !== undefined ? `at most ${text(max)}` : '';
}

/** What is said of a value that has a target: `met`, `not met`; `no data` where it has no value. */
export const verdictText = (value: MetricValue): string =>
  value.value === null ? 'no data' : value.met === undefined ? '' : value.met ? 'met' : 'not met';

const SIGNS: Record<Mark, string> = { pass: '✅', fail: '❌', warn: '⚠️' };

/** The sign of a mark; nothing where nothing is marked. */
export const markSign = (mark: Mark | undefined): string => (mark === undefined ? '' : SIGNS[mark]);

/** Signs of a direction. */
export const ARROWS = { up: '↑', flat: '→', down: '↓' } as const;
