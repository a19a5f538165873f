import { FixedOffsetZone, IANAZone, type Zone } from 'luxon';
import { TocsinError } from '../domain/errors';
import type { CompiledCalendar, OpenMinutes } from '../domain/time/calendar';
import { DAY_MS, LAST_INSTANT, MINUTE_MS, SECOND_MS, daysFromCivil, parseCivilDate } from '../domain/time/instants';
import type { OffsetTable } from '../domain/time/zone-offsets';

/** Opening hours of a day as authors write them: `[["09:00", "12:00"], ["13:00", "24:00"]]`; none is a closed day. */
export type HoursSource = readonly (readonly [string, string])[] | null;

/** A calendar as authors write it; {@link compileCalendar} checks it and says what every field means. */
export interface CalendarSource {
  /** IANA name (`Europe/Berlin`), `UTC` or a fixed offset (`-05:00`, `UTC+5:30`); `timeZone` is the same field. */
  zone?: string;
  timeZone?: string;
  /** By `mon` … `sun` or a range of them (`mon-fri`); a day not named is closed. */
  hours?: Record<string, HoursSource>;
  /** Local dates `YYYY-MM-DD` on which no hours begin. */
  holidays?: readonly string[] | null;
  /** Hours of single dates in place of the weekday's; they win over holidays. */
  overrides?: Record<string, HoursSource> | null;
  /** Open at every instant; then there are no hours, holidays or overrides. */
  always?: boolean;
}

/** What is wrong with a calendar source: where, and which rule. */
export interface CalendarIssue {
  /** Keys and indexes from the source's root, such as `['hours', 'mon', 0, 1]`. */
  path: (string | number)[];
  message: string;
}

export interface CompileCalendarOptions {
  /** The year of publication: the offset table reaches to the end of this year + 10. Default: the current year. */
  publishYear?: number;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const KEYS = ['zone', 'timeZone', 'hours', 'holidays', 'overrides', 'always'];
const DAY_MINUTES = 1_440;
const TABLE_YEARS = 10;
/** Finer than any two changes of one zone since 1970 are apart (a week less an hour: Brazil in 2000, Gaza in 2040). */
const PROBE_MS = 6 * DAY_MS;
const MAX_TABLES = 1_000;
const tables = new Map<string, OffsetTable>();

/**
 * Compiles a calendar for the core: hours in minutes, sorted dates, and the zone's offsets from 1970 to the end of the
 * publish year + 10, taken from the time-zone data of this Node (its version is kept in `tzdata`). Later instants keep
 * the table's last offset; publishing the pack again moves the limit.
 *
 * Hours: `"24:00"` is an allowed end; an end at or before its start runs past midnight and belongs to the starting day
 * (`09:00`–`09:00` is 24 hours). In a DST gap a local time moves forward by the gap, in an overlap it is the first.
 *
 * @throws ESC_CALENDAR_INVALID naming every wrong field and its rule, and for a calendar without any open hours.
 */
export function compileCalendar(source: unknown, options: CompileCalendarOptions = {}): CompiledCalendar {
  const checked = checkCalendar(source, options);
  if ('calendar' in checked) return checked.calendar;
  const shown = checked.issues.slice(0, 5).map(({ path, message }) => `${fieldName(path)}: ${message}`);
  const rest = checked.issues.length - shown.length;
  throw new TocsinError('ESC_CALENDAR_INVALID', shown.join('; ') + (rest > 0 ? `; and ${rest} more` : ''));
}

/** As {@link compileCalendar}, but returns all issues with their paths, for a checker that knows lines and columns. */
export function checkCalendar(
  source: unknown,
  options: CompileCalendarOptions = {},
): { calendar: CompiledCalendar } | { issues: CalendarIssue[] } {
  const issues: CalendarIssue[] = [];
  const report: Report = (path, message) => void issues.push({ path, message });
  if (!isRecord(source)) return { issues: [{ path: [], message: `${show(source)} is not a map of fields` }] };
  for (const key of Object.keys(source)) {
    if (!KEYS.includes(key)) report([key], `unknown field; known are ${KEYS.join(', ')}`);
  }
  const { always } = source;
  if (always !== undefined && typeof always !== 'boolean') report(['always'], `${show(always)} is not true or false`);
  const [zone, offsets] = readZone(source, options.publishYear ?? new Date().getUTCFullYear(), report);
  const hours = readHours(source['hours'], report);
  const holidays = readHolidays(source['holidays'], report);
  const overrides = readOverrides(source['overrides'], report);
  if (always === true) {
    for (const key of ['hours', 'holidays', 'overrides']) {
      if (source[key] !== undefined) report([key], 'a calendar that is always open has none');
    }
  } else if (issues.length === 0 && ![...hours, ...Object.values(overrides)].some((day) => day.length > 0)) {
    report(['hours'], 'the calendar has no open hours');
  }
  if (issues.length > 0) return { issues };
  const tzdata = process.versions['tz'] ?? '';
  return { calendar: { zone, tzdata, ...(always === true && { always }), offsets, hours, holidays, overrides } };
}

type Report = (path: (string | number)[], message: string) => void;

function readZone(source: Record<string, unknown>, publishYear: number, report: Report): [string, OffsetTable] {
  const none: OffsetTable = { at: [], seconds: [0] };
  const key = source['timeZone'] === undefined ? 'zone' : 'timeZone';
  const name = source[key];
  if (key === 'timeZone' && source['zone'] !== undefined) report(['zone'], 'the zone is already given by timeZone');
  if (name === undefined && source['always'] === true) return ['UTC', none];
  if (name === undefined) report([key], 'missing; give an IANA name such as "Europe/Berlin"');
  else if (typeof name !== 'string') report([key], `${show(name)} is not a text`);
  else {
    const zone = zoneNamed(name);
    if (zone) return [name, offsetTable(zone, publishYear)];
    report([key], `"${name}" is no time zone; give an IANA name such as "Europe/Berlin", "UTC" or an offset "-05:00"`);
  }
  return ['UTC', none];
}

/** `UTC`, `UTC-5`, `-05:00` are fixed; any other name is the tz database's. */
function zoneNamed(name: string): Zone | undefined {
  const fixed = /^(?:utc)?([+-])(\d{1,2})(?::?([0-5]\d))?$/i.exec(name);
  if (fixed) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3] ?? 0);
    // The farthest offsets ever used are 15:56 hours; beyond 15:59 it is a slip.
    return minutes < 16 * 60 ? FixedOffsetZone.instance(fixed[1] === '-' ? -minutes : minutes) : undefined;
  }
  if (/^(?:utc|z)$/i.test(name)) return FixedOffsetZone.utcInstance;
  return IANAZone.isValidZone(name) ? IANAZone.create(name) : undefined;
}

/** The table of a zone, 1970 to the end of `publishYear` + 10: probed every six days, each change found to the second. */
function offsetTable(zone: Zone, publishYear: number): OffsetTable {
  const end = Math.min(daysFromCivil(publishYear + TABLE_YEARS + 1, 1, 1) * DAY_MS, LAST_INSTANT);
  const key = `${zone.name} ${end}`;
  const known = tables.get(key);
  if (known) return known;
  const secondsAt = (instant: number): number => Math.round((zone.offset(instant) * MINUTE_MS) / SECOND_MS);
  const table: OffsetTable = { at: [], seconds: [secondsAt(0)] };
  for (let from = 0; from < end && !zone.isUniversal; from += PROBE_MS) {
    const to = Math.min(from + PROBE_MS, end);
    const offset = secondsAt(to);
    if (offset === table.seconds.at(-1)) continue;
    let before = from / SECOND_MS;
    let after = Math.ceil(to / SECOND_MS);
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (secondsAt(middle * SECOND_MS) === table.seconds.at(-1)) before = middle;
      else after = middle;
    }
    table.at.push(after * SECOND_MS);
    table.seconds.push(offset);
  }
  if (tables.size >= MAX_TABLES) tables.clear();
  tables.set(key, table);
  return table;
}

function readHours(source: unknown, report: Report): OpenMinutes[] {
  const hours: OpenMinutes[] = DAYS.map(() => []);
  if (source === undefined || source === null) return hours;
  if (!isRecord(source)) {
    report(['hours'], `${show(source)} is not a map of days to lists of intervals`);
    return hours;
  }
  const givenBy = new Map<number, string>();
  for (const [key, value] of Object.entries(source)) {
    const days = daysNamed(key);
    if (!days) report(['hours', key], `unknown day; use ${DAYS.join(', ')} or a range such as mon-fri`);
    const intervals = readIntervals(value, ['hours', key], report);
    for (const day of days ?? []) {
      const earlier = givenBy.get(day);
      if (earlier !== undefined) report(['hours', key], `${DAYS[day]} is already given by "${earlier}"`);
      givenBy.set(day, key);
      hours[day] = intervals.map(([start, end]) => [start, end]);
    }
  }
  return hours;
}

/** Indexes of `mon` or `mon-fri`; a range may pass the end of the week (`sat-mon`). */
function daysNamed(key: string): number[] | undefined {
  const [from, to, ...rest] = key.split('-').map((name) => DAYS.indexOf(name));
  if (from === undefined || from < 0 || to === -1 || rest.length > 0) return undefined;
  const length = to === undefined ? 1 : ((to - from + 7) % 7) + 1;
  return Array.from({ length }, (_, index) => (from + index) % 7);
}

function readIntervals(source: unknown, path: (string | number)[], report: Report): OpenMinutes {
  if (source === null) return [];
  if (!Array.isArray(source)) {
    report(path, `${show(source)} is not a list of intervals [["09:00", "17:00"], …]`);
    return [];
  }
  const intervals: OpenMinutes = [];
  source.forEach((pair: unknown, index) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      report([...path, index], `${show(pair)} is not a pair of times ["09:00", "17:00"]`);
      return;
    }
    const start = readTime(pair[0], [...path, index, 0], '23:59', report);
    const end = readTime(pair[1], [...path, index, 1], '24:00', report);
    if (start !== undefined && end !== undefined) intervals.push([start, end <= start ? end + DAY_MINUTES : end]);
  });
  return intervals.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

function readTime(source: unknown, path: (string | number)[], last: string, report: Report): number | undefined {
  const match = typeof source === 'string' ? /^([01]\d|2[0-4]):([0-5]\d)$/.exec(source) : null;
  // Texts of one form compare as the times do.
  if (match && match[0] <= last) return Number(match[1]) * 60 + Number(match[2]);
  report(path, `${show(source)} is not a time of day HH:MM between 00:00 and ${last}`);
  return undefined;
}

function readHolidays(source: unknown, report: Report): string[] {
  if (source === undefined || source === null) return [];
  if (!Array.isArray(source)) {
    report(['holidays'], `${show(source)} is not a list of dates`);
    return [];
  }
  source.forEach((date: unknown, index) => checkDate(date, ['holidays', index], report));
  return [...new Set(source.map(String))].sort();
}

function readOverrides(source: unknown, report: Report): Record<string, OpenMinutes> {
  if (source === undefined || source === null) return {};
  if (!isRecord(source)) {
    report(['overrides'], `${show(source)} is not a map of dates to lists of intervals`);
    return {};
  }
  const overrides: Record<string, OpenMinutes> = {};
  for (const date of Object.keys(source).sort()) {
    checkDate(date, ['overrides', date], report);
    overrides[date] = readIntervals(source[date], ['overrides', date], report);
  }
  return overrides;
}

function checkDate(source: unknown, path: (string | number)[], report: Report): void {
  if (typeof source !== 'string' || parseCivilDate(source) === undefined) {
    report(path, `${show(source)} is not a date YYYY-MM-DD of the calendar`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function fieldName(path: (string | number)[]): string {
  if (path.length === 0) return 'calendar';
  return path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : name === '' ? part : `${name}.${part}`),
    '',
  );
}
