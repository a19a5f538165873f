import { pointsBetween } from '../time/calendar-points';
import { parseCivilDate, parseInstant, DAY_MS, type EpochMs } from '../time/instants';
import { instantFromLocal, type OffsetTable } from '../time/zone-offsets';
import { compileExpr } from './expr';
import type { CompiledPack } from './types';

const UTC: OffsetTable = { at: [], seconds: [0] };

/** The table of a zone that the pack's reports and schedules name. */
const tableOf = (pack: CompiledPack, zone: string): OffsetTable => pack.zones?.[zone] ?? pack.zoneOffsets ?? UTC;

/** A computed date (`=version.next_review`): a day begins at midnight in the pack's zone. */
export function computedInstant(pack: CompiledPack, src: Parameters<typeof compileExpr>[0]): EpochMs | undefined {
  const value = compileExpr(src)({ get: (name) => (name === 'version' ? pack.version : undefined), call: () => null });
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const day = parseCivilDate(value);
  return day === undefined ? parseInstant(value) : instantFromLocal(pack.zoneOffsets ?? UTC, day * DAY_MS);
}

/**
 * When the schedules of a pack fall due from `from` up to and including `until`: in order, at one instant by name. Wall
 * time is that of each schedule's zone, through changes of its offset.
 */
export function dueSchedules(pack: CompiledPack, from: EpochMs, until: EpochMs): { at: EpochMs; name: string }[] {
  return Object.values(pack.schedules)
    .flatMap(({ name, at }) => {
      if (!('cel' in at))
        return pointsBetween(at, tableOf(pack, at.zone), from, until).map((one) => ({ at: one, name }));
      const one = computedInstant(pack, at.cel.x);
      return one !== undefined && one >= from && one <= until ? [{ at: one, name }] : [];
    })
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
}
