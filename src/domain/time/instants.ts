/**
 * Instants, durations and civil dates as plain integers. The core knows no `Date`: an instant is a number of
 * milliseconds, a date a number of days, and both are read and written here and nowhere else.
 */

/** An instant: milliseconds since 1970-01-01T00:00:00Z, an integer; leap seconds do not exist. */
export type EpochMs = number;

/** An amount of physical time in milliseconds, an integer. */
export type DurationMs = number;

/** A civil date as days since 1970-01-01 in the proleptic Gregorian calendar, an integer. */
export type CivilDay = number;

/** A civil date by its parts: `month` 1–12, `day` 1–31. */
export interface CivilDate {
  year: number;
  month: number;
  day: number;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const WEEK_MS = 604_800_000;

/** The last instant that can be written with a year of four digits: 9999-12-31T23:59:59.999Z. */
export const LAST_INSTANT: EpochMs = 253_402_300_799_999;

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const DURATION =
  /^(-)?P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?$/;

/**
 * Days from 1970-01-01 to a civil date (Hinnant's algorithm, exact for every year).
 * `month` and `day` are not checked; see {@link parseCivilDate}.
 */
export function daysFromCivil(year: number, month: number, day: number): CivilDay {
  // Years are counted from March, so that the leap day is the last of its year.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The civil date of a day number; the inverse of {@link daysFromCivil}. */
export function civilFromDays(days: CivilDay): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** The day of the week of a day number: 0 is Monday, 6 is Sunday. */
export function weekday(days: CivilDay): number {
  return (((days + 3) % 7) + 7) % 7;
}

/** Days in a month of the Gregorian calendar; `month` 1–12. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The day number of `YYYY-MM-DD`, or undefined when the text is no date (2026-02-30 is none). */
export function parseCivilDate(text: string): CivilDay | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  return dayOf(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** `YYYY-MM-DD` of a day number. */
export function formatCivilDate(days: CivilDay): string {
  const { year, month, day } = civilFromDays(days);
  return `${formatYear(year)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/**
 * The instant of an RFC 3339 text: date, time with seconds and an offset (`Z` or `±hh:mm`).
 * Every field is checked (2026-02-30, hour 24, second 60 are refused); digits beyond milliseconds are cut off.
 * Returns undefined for anything else, so that the caller names the field.
 */
export function parseInstant(text: string): EpochMs | undefined {
  const match = INSTANT.exec(text);
  if (!match) return undefined;
  const [, year, month, date, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  const day = dayOf(Number(year), Number(month), Number(date));
  if (day === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const local = day * DAY_MS + Number(hour) * HOUR_MS + Number(minute) * MINUTE_MS + Number(second) * SECOND_MS;
  const instant = local + millisOf(fraction);
  if (sign === undefined) return instant;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const offset = Number(offsetHour) * HOUR_MS + Number(offsetMinute) * MINUTE_MS;
  return sign === '-' ? instant + offset : instant - offset;
}

/** `YYYY-MM-DDTHH:MM:SSZ` of an instant, with `.mmm` only where the milliseconds are not zero. */
export function formatInstant(instant: EpochMs): string {
  const day = Math.floor(instant / DAY_MS);
  const ms = instant - day * DAY_MS;
  const hour = pad(Math.floor(ms / HOUR_MS), 2);
  const minute = pad(Math.floor(ms / MINUTE_MS) % 60, 2);
  const second = pad(Math.floor(ms / SECOND_MS) % 60, 2);
  const rest = ms % SECOND_MS;
  return `${formatCivilDate(day)}T${hour}:${minute}:${second}${rest === 0 ? '' : `.${pad(rest, 3)}`}Z`;
}

/**
 * The milliseconds of an ISO 8601 duration: `P1D` is 24 hours, `P1W` seven days, `P1Y` 365 days; months have no
 * length and are refused. Only seconds may have a fraction (cut off after milliseconds); a leading `-` negates.
 * Returns undefined for anything else, and for more than a safe integer of milliseconds.
 */
export function parseDuration(text: string): DurationMs | undefined {
  const match = DURATION.exec(text);
  if (!match) return undefined;
  const [, sign, years, weeks, days, hours, minutes, seconds, fraction] = match;
  const whole =
    Number(years ?? 0) * 365 * DAY_MS +
    Number(weeks ?? 0) * WEEK_MS +
    Number(days ?? 0) * DAY_MS +
    Number(hours ?? 0) * HOUR_MS +
    Number(minutes ?? 0) * MINUTE_MS +
    Number(seconds ?? 0) * SECOND_MS +
    millisOf(fraction);
  if (!Number.isSafeInteger(whole)) return undefined;
  return sign === '-' && whole !== 0 ? -whole : whole;
}

/**
 * The ISO 8601 form of a duration that people read back: `PT4H`, `PT1H30M`, `PT0S`; days (`P2D`) only for two or more
 * whole days, so that a day is `PT24H` and 36 hours are `PT36H`.
 */
export function formatDuration(duration: DurationMs): string {
  if (duration < 0) return `-${formatDuration(-duration)}`;
  if (duration === 0) return 'PT0S';
  if (duration % DAY_MS === 0 && duration >= 2 * DAY_MS) return `P${duration / DAY_MS}D`;
  const hours = Math.floor(duration / HOUR_MS);
  const minutes = Math.floor(duration / MINUTE_MS) % 60;
  const seconds = Math.floor(duration / SECOND_MS) % 60;
  const rest = duration % SECOND_MS;
  const fraction = rest === 0 ? '' : `.${pad(rest, 3).replace(/0+$/, '')}`;
  const secondsPart = seconds === 0 && rest === 0 ? '' : `${seconds}${fraction}S`;
  return `PT${hours === 0 ? '' : `${hours}H`}${minutes === 0 ? '' : `${minutes}M`}${secondsPart}`;
}

function dayOf(year: number, month: number, day: number): CivilDay | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return daysFromCivil(year, month, day);
}

function millisOf(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
}

function formatYear(year: number): string {
  if (year >= 0 && year <= 9_999) return pad(year, 4);
  // ISO 8601's expanded form; only instants outside RFC 3339's range reach it.
  return `${year < 0 ? '-' : '+'}${pad(Math.abs(year), 6)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
