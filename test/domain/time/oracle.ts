import { DateTime, IANAZone, type Zone } from 'luxon';

/** A calendar of a property test, as an author would write it. */
export interface OracleCalendar {
  zone: string;
  hours: Record<string, [string, string][]>;
  holidays: string[];
  overrides: Record<string, [string, string][]>;
}

export type Span = [number, number];

const HOUR = 3_600_000;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/**
 * The instant of a local time: of the offsets that luxon knows around it those that give the same wall time back, the
 * first; where none does it is a gap, and the offset before counts. (luxon's own `fromObject` starts from today's
 * offset of the zone and misses by an hour after a change in a zone that has since crossed the date line.)
 */
function instant(zone: Zone, date: DateTime, time: string, addDay: boolean): number {
  const [hour, minute] = time.split(':').map(Number) as [number, number];
  const local = date.toMillis() + ((addDay ? 24 : 0) + hour) * HOUR + minute * 60_000;
  const offsets = [-24, 0, 24].map((hours) => zone.offset(local + hours * HOUR) * 60_000);
  const same = offsets.map((offset) => local - offset).filter((at) => at + zone.offset(at) * 60_000 === local);
  if (same.length > 0) return Math.min(...same);
  return local - zone.offset(local - Math.max(...offsets)) * 60_000;
}

/** Every open span that touches `from` … `to`, date after date, with nothing cached and nothing skipped. */
export function openSpans(calendar: OracleCalendar, from: number, to: number): Span[] {
  const zone = IANAZone.create(calendar.zone);
  const spans: Span[] = [];
  const last = DateTime.fromMillis(to, { zone: 'utc' }).startOf('day').plus({ days: 3 });
  let date = DateTime.fromMillis(from, { zone: 'utc' }).startOf('day').minus({ days: 5 });
  for (; date <= last; date = date.plus({ days: 1 })) {
    const name = date.toISODate()!;
    const weekly = calendar.holidays.includes(name) ? [] : (calendar.hours[DAYS[date.weekday - 1]!] ?? []);
    for (const [start, end] of calendar.overrides[name] ?? weekly) {
      const opens = instant(zone, date, start, false);
      const closes = instant(zone, date, end, end <= start);
      if (opens < closes) spans.push([opens, closes]);
    }
  }
  spans.sort((a, b) => a[0] - b[0]);
  const merged: Span[] = [];
  for (const [opens, closes] of spans) {
    const previous = merged.at(-1);
    if (previous && opens <= previous[1]) previous[1] = Math.max(previous[1], closes);
    else merged.push([opens, closes]);
  }
  return merged.filter(([opens, closes]) => opens <= to && from < closes);
}

/** Open milliseconds between two instants, span by span. */
export function elapsedBySpans(spans: Span[], from: number, to: number): number {
  return spans.reduce((sum, [opens, closes]) => sum + Math.max(0, Math.min(closes, to) - Math.max(opens, from)), 0);
}

/** The due instant span by span, or undefined when the spans are used up before it. */
export function dueBySpans(spans: Span[], from: number, amount: number): number | undefined {
  let left = amount;
  for (const [opens, closes] of spans) {
    if (closes <= from) continue;
    const start = Math.max(opens, from);
    if (left <= closes - start) return start + left;
    left -= closes - start;
  }
  return undefined;
}
