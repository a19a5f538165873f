import { DateTime } from 'luxon';

/** A calendar of a property test, as an author would write it. */
export interface OracleCalendar {
  zone: string;
  hours: Record<string, [string, string][]>;
  holidays: string[];
  overrides: Record<string, [string, string][]>;
}

export type Span = [number, number];

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** The instant of a local time by luxon: the first of two, and forward by the gap where there is none. */
function instant(zone: string, date: DateTime, time: string, addDay: boolean): number {
  const day = date.plus({ days: addDay || time === '24:00' ? 1 : 0 });
  const [hour, minute] = time === '24:00' ? [0, 0] : time.split(':').map(Number);
  const local = DateTime.fromObject({ year: day.year, month: day.month, day: day.day, hour, minute }, { zone });
  return local.getPossibleOffsets()[0]!.toMillis();
}

/** Every open span that touches `from` … `to`, date after date, with nothing cached and nothing skipped. */
export function openSpans(calendar: OracleCalendar, from: number, to: number): Span[] {
  const spans: Span[] = [];
  const last = DateTime.fromMillis(to, { zone: 'utc' }).startOf('day').plus({ days: 3 });
  let date = DateTime.fromMillis(from, { zone: 'utc' }).startOf('day').minus({ days: 5 });
  for (; date <= last; date = date.plus({ days: 1 })) {
    const name = date.toISODate()!;
    const weekly = calendar.holidays.includes(name) ? [] : (calendar.hours[DAYS[date.weekday - 1]!] ?? []);
    for (const [start, end] of calendar.overrides[name] ?? weekly) {
      const opens = instant(calendar.zone, date, start, false);
      const closes = instant(calendar.zone, date, end, end <= start);
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
