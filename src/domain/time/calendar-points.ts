/** Points of the calendar in wall time of a zone: each day, or a day of each week, month or quarter. */
import { civilFromDays, DAY_MS, daysFromCivil, MINUTE_MS, weekday, type EpochMs } from './instants';
import { instantFromLocal, localFromInstant, type OffsetTable } from './zone-offsets';

/** When something recurs. A day beyond the end of its month or quarter is the last one. */
export interface Point {
  day?: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
  /** Day of the month, 1–31. */
  month?: number;
  /** Day of the quarter, 1–92. */
  quarter?: number;
  /** `hh:mm` on the wall. One that a change of offset skips moves forward by the gap; of one that comes twice, the first counts. */
  time: string;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** The day itself or, of a span that starts at `first` and ends before `next`, the n-th or the last. */
const nth = (n: number, first: number, next: number): number => Math.min(first + n - 1, next - 1);

function fits(point: Point, day: number): boolean {
  if (point.day !== undefined) return weekday(day) === DAYS.indexOf(point.day);
  const { year, month } = civilFromDays(day);
  const span = (months: number): [number, number] => {
    const start = month - ((month - 1) % months);
    const end = start + months;
    return [
      daysFromCivil(year, start, 1),
      end > 12 ? daysFromCivil(year + 1, end - 12, 1) : daysFromCivil(year, end, 1),
    ];
  };
  if (point.month !== undefined) return day === nth(point.month, ...span(1));
  if (point.quarter !== undefined) return day === nth(point.quarter, ...span(3));
  return true;
}

/** The instants of a point from `from` up to and including `until`, in order. */
export function pointsBetween(point: Point, zone: OffsetTable, from: EpochMs, until: EpochMs): EpochMs[] {
  const [hours = 0, minutes = 0] = point.time.split(':').map(Number);
  const found: EpochMs[] = [];
  const last = Math.floor(localFromInstant(zone, until) / DAY_MS);
  for (let day = Math.floor(localFromInstant(zone, from) / DAY_MS) - 1; day <= last; day++) {
    if (!fits(point, day)) continue;
    const at = instantFromLocal(zone, day * DAY_MS + (hours * 60 + minutes) * MINUTE_MS);
    if (at >= from && at <= until) found.push(at);
  }
  return found;
}
