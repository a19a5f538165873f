/** Periods of the calendar in a zone: days, weeks (from Monday), months, quarters, years. Half-open, in instants. */
import {
  civilFromDays,
  DAY_MS,
  daysFromCivil,
  formatCivilDate,
  HOUR_MS,
  parseCivilDate,
  parseDuration,
  weekday,
  type EpochMs,
} from '../time/instants';
import { instantFromLocal, localFromInstant, type OffsetTable } from '../time/zone-offsets';

export const PERIOD_UNITS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export type PeriodUnit = (typeof PERIOD_UNITS)[number];

/** `from` inclusive, `to` exclusive. */
export interface Period {
  from: EpochMs;
  to: EpochMs;
}

export const UTC: OffsetTable = { at: [], seconds: [0] };

export const isPeriodUnit = (name: string): name is PeriodUnit => (PERIOD_UNITS as readonly string[]).includes(name);

/** The first day of the unit that a day lies in, and of the next one after `n` units. */
function firstDay(unit: Exclude<PeriodUnit, 'hour'>, day: number, n = 0): number {
  if (unit === 'day') return day + n;
  if (unit === 'week') return day - weekday(day) + 7 * n;
  const { year, month } = civilFromDays(day);
  const months = unit === 'month' ? 1 : unit === 'quarter' ? 3 : 12;
  const first = year * 12 + month - 1;
  const start = first - (first % months) + n * months;
  return daysFromCivil(Math.floor(start / 12), (((start % 12) + 12) % 12) + 1, 1);
}

/** The unit of the calendar that an instant lies in; `n` units later or earlier. Zones with DST have days of 23 and 25 hours. */
export function periodAt(unit: PeriodUnit, at: EpochMs, zone: OffsetTable, n = 0): Period {
  if (unit === 'hour') {
    const offset = localFromInstant(zone, at) - at;
    const start = Math.floor((at + offset) / HOUR_MS) * HOUR_MS - offset + n * HOUR_MS;
    return { from: start, to: start + HOUR_MS };
  }
  const day = Math.floor(localFromInstant(zone, at) / DAY_MS);
  const start = firstDay(unit, day, n);
  return {
    from: instantFromLocal(zone, start * DAY_MS),
    to: instantFromLocal(zone, firstDay(unit, start, 1) * DAY_MS),
  };
}

/** The units of the calendar that a period touches, in order; the first and the last are cut to it. At most `most`. */
export function periodsWithin(unit: PeriodUnit, period: Period, zone: OffsetTable, most = 1_000): Period[] {
  const found: Period[] = [];
  for (let at = period.from; at < period.to && found.length < most;) {
    const one = periodAt(unit, at, zone);
    found.push({ from: Math.max(one.from, period.from), to: Math.min(one.to, period.to) });
    at = one.to;
  }
  return found;
}

/** `2025-01`, `2025-Q1`, `2025-W05`, `2025-01-27`, `2025`, `2025-01-27T13` of the unit an instant lies in. */
export function periodKey(unit: PeriodUnit, at: EpochMs, zone: OffsetTable): string {
  const local = localFromInstant(zone, at);
  const day = Math.floor(local / DAY_MS);
  const { year, month } = civilFromDays(day);
  if (unit === 'hour') return `${formatCivilDate(day)}T${two(Math.floor((local - day * DAY_MS) / HOUR_MS))}`;
  if (unit === 'day') return formatCivilDate(day);
  if (unit === 'month') return `${year}-${two(month)}`;
  if (unit === 'quarter') return `${year}-Q${Math.ceil(month / 3)}`;
  if (unit === 'year') return String(year);
  // A week belongs to the year of its Thursday (ISO 8601).
  const thursday = day - weekday(day) + 3;
  const of = civilFromDays(thursday).year;
  return `${of}-W${two(Math.floor((thursday - daysFromCivil(of, 1, 1)) / 7) + 1)}`;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** The period that a text names (the forms of {@link periodKey}), with its unit; undefined for anything else. */
export function parsePeriod(text: string, zone: OffsetTable): { unit: PeriodUnit; period: Period } | undefined {
  const at = (day: number | undefined, unit: PeriodUnit) =>
    day === undefined ? undefined : { unit, period: periodAt(unit, instantFromLocal(zone, day * DAY_MS), zone) };
  const week = /^(\d{4})-W(\d\d)$/.exec(text);
  if (week) {
    const year = Number(week[1]);
    const first = daysFromCivil(year, 1, 4);
    const monday = first - weekday(first) + 7 * (Number(week[2]) - 1);
    return civilFromDays(monday + 3).year === year ? at(monday, 'week') : undefined;
  }
  const quarter = /^(\d{4})-Q([1-4])$/.exec(text);
  if (quarter) return at(daysFromCivil(Number(quarter[1]), Number(quarter[2]) * 3 - 2, 1), 'quarter');
  if (/^\d{4}-\d\d$/.test(text)) return at(parseCivilDate(`${text}-01`), 'month');
  if (/^\d{4}$/.test(text)) return at(parseCivilDate(`${text}-01-01`), 'year');
  return at(parseCivilDate(text), 'day');
}

/** A window that a metric or a widget names: the unit of the calendar to date, or a duration back from now. */
export function windowAt(window: string, now: EpochMs, zone: OffsetTable): Period {
  if (window === 'now') return { from: now, to: now };
  const unit = window === 'today' ? 'day' : window;
  if (isPeriodUnit(unit)) return { from: periodAt(unit, now, zone).from, to: now };
  return { from: now - (parseDuration(window) ?? 0), to: now };
}
