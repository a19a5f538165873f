import { parseCivilDate } from '../../../src/domain/time/instants';
import { dayMeant } from '../../../src/domain/time/said-day';

/** A Monday. */
const TODAY = parseCivilDate('2026-03-02') ?? 0;

describe('the day that words mean [TS-124]', () => {
  test.each([
    ['about a week ago', '2026-02-23'],
    ['this morning', '2026-03-02'],
    ['last Tuesday', '2026-02-24'],
    ['It started last Monday I think', '2026-02-23'],
    ['since Sunday', '2026-03-01'],
    ['yesterday around noon', '2026-03-01'],
    ['the day before yesterday', '2026-02-28'],
    ['last night', '2026-03-01'],
    ['a few minutes ago', '2026-03-02'],
    ['two days ago', '2026-02-28'],
    ['3 weeks ago', '2026-02-09'],
    ['a couple of days ago', '2026-02-28'],
    ['a month ago', '2026-02-02'],
    ['last week', '2026-02-23'],
    ['on 2026-02-14 at 9', '2026-02-14'],
    ['February 27th', '2026-02-27'],
    ['on the 5th of March', '2025-03-05'],
    ['Dec 24, 2024', '2024-12-24'],
    ['Sept. 3', '2025-09-03'],
    ['I decided 2 weeks ago to write', '2026-02-16'],
    ['they marked 3 posts, it was yesterday', '2026-03-01'],
  ])('%s: %s', (text, day) => expect(dayMeant(text, TODAY)).toBe(day));

  test.each([
    'some time back',
    'I do not know',
    '',
    'on 2026-13-45',
    'February 31st',
    'xyzzy days ago',
    '3 marketing posts',
  ])('%s: nobody guesses', (text) => expect(dayMeant(text, TODAY)).toBeUndefined());

  test('a month back from its last day is the last day of a shorter month', () => {
    expect(dayMeant('a month ago', parseCivilDate('2026-03-31') ?? 0)).toBe('2026-02-28');
    expect(dayMeant('a year ago', parseCivilDate('2028-02-29') ?? 0)).toBe('2027-02-28');
  });
});
