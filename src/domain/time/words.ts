/** Durations and local times in words. */
import type { CompiledCalendar } from './calendar-types';
import { civilFromDays, DAY_MS, MINUTE_MS, weekday, type DurationMs, type EpochMs } from './instants';
import { localFromInstant } from './zone-offsets';

/** "30 minutes", "1 hour", "2 hours 30 minutes"; under a minute "45 seconds", nothing at all "0 minutes". */
export function durationWords(total: DurationMs): string {
  const count = (n: number, unit: string): string => (n > 0 ? `${n} ${unit}${n === 1 ? '' : 's'}` : '');
  if (total < MINUTE_MS) return count(Math.round(total / 1_000), 'second') || '0 minutes';
  const minutes = Math.round(total / MINUTE_MS);
  const parts = [
    count(Math.floor(minutes / 1_440), 'day'),
    count(Math.floor((minutes % 1_440) / 60), 'hour'),
    count(minutes % 60, 'minute'),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** "Monday 27 January 2025, 09:00 (America/New_York)": an instant in the zone of a calendar. */
export function localWords(calendar: CompiledCalendar, at: EpochMs): string {
  const local = localFromInstant(calendar.offsets, at);
  const days = Math.floor(local / DAY_MS);
  const { year, month, day } = civilFromDays(days);
  const minutes = Math.floor((local - days * DAY_MS) / MINUTE_MS);
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${DAYS[weekday(days)] ?? ''} ${day} ${MONTHS[month - 1] ?? ''} ${year}, ${clock} (${calendar.zone})`;
}
