import type { CompiledPack } from '../policy/types';
import type { CompiledCalendar } from '../time/calendar';

/** Plain time: the default calendar of every clock. */
export const ALWAYS: CompiledCalendar = {
  zone: 'UTC',
  tzdata: '',
  always: true,
  offsets: { at: [], seconds: [0] },
  hours: [[], [], [], [], [], [], []],
  holidays: [],
  overrides: {},
};

/** A calendar of the pack by name; `always` needs no entry. The checker refuses names that are not there. */
export function calendarOf(pack: CompiledPack, name: string): CompiledCalendar {
  return pack.calendars[name] ?? ALWAYS;
}
