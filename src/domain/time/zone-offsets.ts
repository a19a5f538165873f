import { HOUR_MS, SECOND_MS, type EpochMs } from './instants';

/**
 * A time zone as a table: what the compiler took from the tz database, so that the core needs none.
 * `at` holds the instants of change, strictly ascending; `seconds[i]` is the offset from UTC in seconds (east is
 * positive) in force before `at[i]`, and the last one for ever after. Hence `seconds.length === at.length + 1`.
 */
export interface OffsetTable {
  at: EpochMs[];
  seconds: number[];
}

/** No offset in the tz database is 16 hours or more from UTC. */
const FARTHEST_OFFSET_MS = 16 * HOUR_MS;

/** The index into `seconds` of the offset in force at an instant (at an instant of change, the new one). */
export function offsetIndexAt(table: OffsetTable, at: EpochMs): number {
  let low = 0;
  let high = table.at.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((table.at[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The offset from UTC in force at an instant, in milliseconds. */
export function offsetAt(table: OffsetTable, at: EpochMs): number {
  return (table.seconds[offsetIndexAt(table, at)] as number) * SECOND_MS;
}

/** The local time at an instant, as milliseconds since 1970-01-01T00:00 on the wall. */
export function localFromInstant(table: OffsetTable, at: EpochMs): number {
  return at + offsetAt(table, at);
}

/**
 * The instant of a local time (milliseconds since 1970-01-01T00:00 on the wall). A local time that occurs twice is its
 * first occurrence; one that a change of offset skips moves forward by the length of the gap, as the offset before the
 * change would have it. A date skipped whole (Apia, 2011-12-30) is a gap like any other.
 */
export function instantFromLocal(table: OffsetTable, local: number): EpochMs {
  let index = offsetIndexAt(table, local - FARTHEST_OFFSET_MS);
  let instant = local - (table.seconds[index] as number) * SECOND_MS;
  while (index < table.at.length && instant >= (table.at[index] as number)) {
    const change = table.at[index] as number;
    index += 1;
    const later = local - (table.seconds[index] as number) * SECOND_MS;
    // Before the change under the new offset and after it under the old one: skipped.
    if (later < change) return instant;
    instant = later;
  }
  return instant;
}
