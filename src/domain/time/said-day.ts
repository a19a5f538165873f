/** The day that words of everyday speech mean, counted from when they were said: `last Tuesday`, `about a week ago`. */
import {
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  formatCivilDate,
  parseCivilDate,
  weekday,
  type CivilDay,
} from './instants';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const NUMBERS: Record<string, number> = {
  ...{ a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 },
  ...{ couple: 2, few: 3, several: 4 },
};
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** A month in full or cut short; no other word that begins like one (`marked 3 posts`, `decided 2 days ago`). */
const MONTH = [
  ...['jan(?:uary)?', 'feb(?:ruary)?', 'mar(?:ch)?', 'apr(?:il)?', 'may', 'june?', 'july?', 'aug(?:ust)?'],
  ...['sept?(?:ember)?', 'oct(?:ober)?', 'nov(?:ember)?', 'dec(?:ember)?'],
].join('|');
const DAY_WORDS: [RegExp, number][] = [
  [/\bday before yesterday\b/, 2],
  [/\b(yesterday|last night)\b/, 1],
  [/\b(today|tonight|right now|just now|this (morning|afternoon|evening)|(minutes|hours?) ago)\b/, 0],
];
const AGO = /\b(\d{1,3}|[a-z]+)(?: of)?\s+(day|week|month|year)s?\s+ago\b/;
const LAST = /\b(?:last|past)\s+(week|month|year)\b/;
const ON_WEEKDAY = new RegExp(`\\b(?:(last|this past|past|since|on|this)\\s+)?(${WEEKDAYS.join('|')})\\b`);
const MONTH_DAY = new RegExp(`\\b(${MONTH})\\b\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?(?:,?\\s+(\\d{4}))?\\b`);
const DAY_MONTH = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+)?(${MONTH})\\b\\.?(?:,?\\s+(\\d{4}))?\\b`);
const ISO = /\b\d{4}-\d{2}-\d{2}\b/;

function monthsBefore(today: CivilDay, months: number): CivilDay {
  const { year, month, day } = civilFromDays(today);
  const count = year * 12 + (month - 1) - months;
  const to = { year: Math.floor(count / 12), month: (count % 12) + 1 };
  return daysFromCivil(to.year, to.month, Math.min(day, daysInMonth(to.year, to.month)));
}

function before(today: CivilDay, amount: number, unit: string): CivilDay {
  if (unit === 'day') return today - amount;
  if (unit === 'week') return today - 7 * amount;
  return monthsBefore(today, unit === 'year' ? 12 * amount : amount);
}

/** A day of a month; without a year the latest that is not ahead. */
function onDate(today: CivilDay, monthName: string, day: number, year: number | undefined): CivilDay | undefined {
  const month = MONTHS.indexOf(monthName.slice(0, 3)) + 1;
  const now = civilFromDays(today).year;
  for (const one of year === undefined ? [now, now - 1] : [year]) {
    if (day < 1 || day > daysInMonth(one, month)) continue;
    const found = daysFromCivil(one, month, day);
    if (year !== undefined || found <= today) return found;
  }
  return undefined;
}

/**
 * The day (YYYY-MM-DD) that a text names, seen from `today`; the first that it names. A weekday is the latest one before
 * today. Undefined where it names none: nobody guesses.
 */
export function dayMeant(text: string, today: CivilDay): string | undefined {
  const said = text.toLowerCase();
  const written = ISO.exec(said)?.[0];
  const iso = written === undefined ? undefined : parseCivilDate(written);
  if (iso !== undefined) return formatCivilDate(iso);
  const monthDay = MONTH_DAY.exec(said);
  const dayMonth = monthDay ? null : DAY_MONTH.exec(said);
  const [, name = '', day = '', year] =
    monthDay ?? (dayMonth ? [dayMonth[0], dayMonth[2], dayMonth[1], dayMonth[3]] : []);
  const dated =
    day === '' ? undefined : onDate(today, name, Number(day), year === undefined ? undefined : Number(year));
  if (dated !== undefined) return formatCivilDate(dated);
  const word = DAY_WORDS.find(([pattern]) => pattern.test(said));
  if (word) return formatCivilDate(today - word[1]);
  const ago = AGO.exec(said);
  const amount = ago ? (NUMBERS[ago[1] ?? ''] ?? Number(ago[1])) : NaN;
  if (ago && Number.isInteger(amount)) return formatCivilDate(before(today, amount, ago[2] ?? 'day'));
  const last = LAST.exec(said);
  if (last) return formatCivilDate(before(today, 1, last[1] ?? 'week'));
  const named = ON_WEEKDAY.exec(said)?.[2];
  if (named === undefined) return undefined;
  return formatCivilDate(today - (((weekday(today) - WEEKDAYS.indexOf(named) + 6) % 7) + 1));
}
