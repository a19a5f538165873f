import fc from 'fast-check';
import { DateTime } from 'luxon';
import {
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  formatCivilDate,
  formatDuration,
  formatInstant,
  parseCivilDate,
  parseDuration,
  parseInstant,
  weekday,
} from '../../../src/domain/time/instants';

const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const FIRST = Date.parse('0000-01-01T00:00:00Z');

describe('civil dates', () => {
  test('civil dates count days from 1970 as luxon does', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (ms) => {
        const day = Math.floor(ms / 86_400_000);
        const date = DateTime.fromMillis(day * 86_400_000, { zone: 'utc' });
        expect(civilFromDays(day)).toEqual({ year: date.year, month: date.month, day: date.day });
        expect(daysFromCivil(date.year, date.month, date.day)).toBe(day);
        expect(weekday(day)).toBe(date.weekday - 1);
        expect(daysInMonth(date.year, date.month)).toBe(date.daysInMonth);
        expect(parseCivilDate(formatCivilDate(day))).toBe(day);
      }),
    );
  });
  test.each(['2026-02-30', '2026-13-01', '2026-00-10', '2026-04-31', '2025-02-29', '2100-02-29', '2026-1-1', 'x', ''])(
    'a text such as %j is no civil date',
    (text) => expect(parseCivilDate(text)).toBeUndefined(),
  );
  test('civil dates have a leap day in 2000 and 2024', () => {
    expect(parseCivilDate('2000-02-29')).toBe(11_016);
    expect(parseCivilDate('2024-02-29')).toBe(19_782);
  });
  test('instants of years outside 0 to 9999 have an expanded form', () => {
    expect(formatInstant(LAST + 1)).toBe('+010000-01-01T00:00:00Z');
    expect(formatInstant(FIRST - 1)).toBe('-000001-12-31T23:59:59.999Z');
  });
});

describe('instants', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2026-03-06T10:00:00Z', 1_772_791_200_000],
    ['2026-03-06T11:00:00+01:00', 1_772_791_200_000],
    ['2026-03-06T04:30:00-05:30', 1_772_791_200_000],
    ['2026-03-06T10:00:00-00:00', 1_772_791_200_000],
    ['2026-03-06t10:00:00z', 1_772_791_200_000],
    ['2026-03-06T10:00:00.5Z', 1_772_791_200_500],
    ['2026-03-06T10:00:00.123999Z', 1_772_791_200_123],
    ['1969-12-31T23:59:59.999Z', -1],
  ])('the instant %s is read to the millisecond', (text, ms) => expect(parseInstant(text)).toBe(ms));
  test.each([
    '2026-03-06T10:00:00',
    '2026-03-06T10:00Z',
    '2026-03-06',
    '2026-03-06 10:00:00Z',
    '2026-02-29T10:00:00Z',
    '2026-03-06T24:00:00Z',
    '2026-03-06T10:60:00Z',
    '2026-03-06T10:00:60Z',
    '2026-03-06T10:00:00.Z',
    '2026-03-06T10:00:00+24:00',
    '2026-03-06T10:00:00+01:60',
    '2026-03-06T10:00:00+0100',
    ' 2026-03-06T10:00:00Z',
    '2026-03-06T10:00:00Z\n',
    '+002026-03-06T10:00:00Z',
  ])('a text such as %j is no instant', (text) => expect(parseInstant(text)).toBeUndefined());
  test('instants are written with milliseconds only where they are not zero', () => {
    expect(formatInstant(1_772_791_200_000)).toBe('2026-03-06T10:00:00Z');
    expect(formatInstant(1_772_791_200_007)).toBe('2026-03-06T10:00:00.007Z');
    expect(formatInstant(-1)).toBe('1969-12-31T23:59:59.999Z');
  });
  test('instants are read back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (ms) => {
        expect(parseInstant(formatInstant(ms))).toBe(ms);
        expect(Date.parse(formatInstant(ms))).toBe(ms);
      }),
    );
  });
});

describe('durations', () => {
  test.each([
    ['PT0S', 0],
    ['PT4H', 14_400_000],
    ['PT1H30M', 5_400_000],
    ['P1D', 86_400_000],
    ['P1W', 604_800_000],
    ['P1Y', 31_536_000_000],
    ['P1W2DT3H', 788_400_000],
    ['P1DT12H', 129_600_000],
    ['PT1.5S', 1_500],
    ['PT0.0019S', 1],
    ['PT90M', 5_400_000],
    ['-PT10M', -600_000],
    ['-PT0S', 0],
  ])('the duration %s is read in milliseconds', (text, ms) => expect(parseDuration(text)).toBe(ms));
  test.each([
    '',
    'P',
    'PT',
    'P1DT',
    'P1M',
    'P1Y2M',
    'PT1.5H',
    '1H',
    'PT1M1H',
    'P1D1W',
    'PT-1H',
    '+PT1H',
    'pt1h',
    'PT1H ',
    'P99999999999Y',
    'PT1.S',
  ])('a text such as %j is no duration', (text) => expect(parseDuration(text)).toBeUndefined());
  test.each([
    [0, 'PT0S'],
    [14_400_000, 'PT4H'],
    [5_400_000, 'PT1H30M'],
    [86_400_000, 'PT24H'],
    [129_600_000, 'PT36H'],
    [172_800_000, 'P2D'],
    [172_801_000, 'PT48H1S'],
    [90_000, 'PT1M30S'],
    [1_500, 'PT1.5S'],
    [5, 'PT0.005S'],
    [-600_000, '-PT10M'],
  ])('%i milliseconds are written as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
  test('durations are read back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e13, max: 1e13 }), (ms) => expect(parseDuration(formatDuration(ms))).toBe(ms)),
    );
  });
});
