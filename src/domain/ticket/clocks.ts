/**
 * Clock arithmetic: when a clock is due, where the ticks of a cadence lie, what it does next. Pure functions of a clock's
 * definition, its state and a calendar; nothing here knows what a commitment, a task or a rule does with it.
 */
import type { Amount, ClockDef, CommitmentDef, Json, Phase } from '../policy/types';
import { addOpen, addOpenDays, openBetween, type CompiledCalendar } from '../time/calendar';
import { parseDuration, parseInstant, type EpochMs } from '../time/instants';
import type { ClockState } from './types';

/** Instants before this are amounts of time, not points in time (1973): a field may hold either. */
const FIRST_INSTANT = 100_000_000_000;
/** Beyond RFC 3339, and more open days than any procedure counts: such a value is no amount. */
const LAST_INSTANT = 253_402_300_799_999;
const MOST_DAYS = 36_525;

/**
 * An amount as the policy writes it: ISO 8601 duration, milliseconds, `{ days, at }`, or an instant (RFC 3339 text or
 * epoch ms). Undefined when it is none of these.
 */
export function readAmount(value: Json): { amount: Amount } | { instant: EpochMs } | undefined {
  if (typeof value === 'number')
    return value >= FIRST_INSTANT
      ? value <= LAST_INSTANT
        ? { instant: value }
        : undefined
      : value >= 0
        ? { amount: value }
        : undefined;
  if (typeof value === 'string') {
    const duration = parseDuration(value);
    if (duration !== undefined) return duration >= 0 ? { amount: duration } : undefined;
    const instant = parseInstant(value);
    return instant === undefined ? undefined : { instant };
  }
  if (
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    typeof value['days'] === 'number' &&
    value['days'] >= 0 &&
    value['days'] <= MOST_DAYS
  ) {
    const at = value['at'];
    return { amount: { days: value['days'], at: at === 'open' || at === 'close' ? at : 'same' } };
  }
  return undefined;
}

/**
 * Anchor plus an amount of open time, standing still during the pauses, all measured in one calendar. A pause that
 * begins exactly at the due instant holds it: the clock goes on at the end of the pause with nothing left.
 */
export function dueAfter(
  calendar: CompiledCalendar,
  anchor: EpochMs,
  amountMs: number,
  pauses: readonly [EpochMs, EpochMs][],
): EpochMs {
  let cursor = anchor;
  let left = amountMs;
  for (const [from, to] of pauses) {
    if (to <= cursor) continue;
    const start = Math.max(from, cursor);
    const available = openBetween(calendar, cursor, start);
    if (left < available) return addOpen(calendar, cursor, left);
    left -= available;
    cursor = to;
  }
  return addOpen(calendar, cursor, left);
}

/** Due instant of a clock, or undefined while its amount is not known. */
export function dueOf(
  clock: Pick<ClockState, 'anchor' | 'amount' | 'pauses'>,
  calendar: CompiledCalendar,
): EpochMs | undefined {
  const read = readAmount(clock.amount);
  if (!read) return undefined;
  if ('instant' in read) return read.instant;
  if (typeof read.amount === 'number') return dueAfter(calendar, clock.anchor, read.amount, clock.pauses);
  const shift = clock.pauses.reduce((sum, [from, to]) => sum + openBetween(calendar, from, to), 0);
  const due = addOpenDays(calendar, clock.anchor, read.amount.days, read.amount.at);
  return shift > 0 ? addOpen(calendar, due, shift) : due;
}

/** The phases of a cadence, read from pack data. Undefined when it is not a list of `{ every, until? }`. */
export function readPhases(value: Json): Phase[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const phases: Phase[] = [];
  for (const item of value) {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return undefined;
    const every = readAmount(item['every'] ?? null);
    const until = item['until'] === undefined ? undefined : readAmount(item['until'] ?? null);
    if (!every || !('amount' in every) || typeof every.amount !== 'number' || every.amount <= 0) return undefined;
    if (until && 'amount' in until && typeof until.amount === 'number')
      phases.push({ every: every.amount, until: until.amount });
    else phases.push({ every: every.amount });
  }
  return phases;
}

/** Offset after the anchor of the first tick strictly later than `after`, with the interval in force at it. */
export function tickAfter(phases: readonly Phase[], after: number): { offset: number; interval: number } | undefined {
  let start = 0;
  for (const phase of phases) {
    const steps = Math.max(1, Math.floor((after - start) / phase.every) + 1);
    const offset = start + steps * phase.every;
    if (phase.until === undefined || offset <= phase.until) return { offset, interval: phase.every };
    start = phase.until;
  }
  return undefined;
}

export interface Tick {
  at: EpochMs;
  interval: number;
  previous: EpochMs;
}

/** First tick strictly after an instant: on the anchor's grid, in the clock's calendar, shifted by its pauses. */
export function nextTick(clock: ClockState, calendar: CompiledCalendar, after: EpochMs): Tick | undefined {
  const phases = readPhases(clock.amount);
  if (!phases) return undefined;
  const elapsed = after <= clock.anchor ? 0 : runningBetween(clock, calendar, clock.anchor, after);
  let found = tickAfter(phases, elapsed);
  while (found) {
    const at = dueAfter(calendar, clock.anchor, found.offset, clock.pauses);
    if (at > after) {
      return {
        at,
        interval: found.interval,
        previous: dueAfter(calendar, clock.anchor, found.offset - found.interval, clock.pauses),
      };
    }
    found = tickAfter(phases, found.offset);
  }
  return undefined;
}

/** Open time of a clock between two instants, its pauses left out. */
export function runningBetween(clock: ClockState, calendar: CompiledCalendar, from: EpochMs, to: EpochMs): number {
  let total = openBetween(calendar, from, to);
  for (const [start, end] of clock.pauses) {
    const a = Math.max(start, from);
    const b = Math.min(end, to);
    if (b > a) total -= openBetween(calendar, a, b);
  }
  return total;
}

/** The label of the instant at which the grace after a due instant has passed. */
export const LIMIT = 'limit';

/** When a clock that is late is breached: its grace after its due instant, measured as the clock is. */
function limitOf(clock: ClockState, calendar: CompiledCalendar): EpochMs | undefined {
  const read = readAmount(clock.amount);
  const grace = clock.grace ?? 0;
  if (read && 'amount' in read && typeof read.amount === 'number')
    return dueAfter(calendar, clock.anchor, read.amount + grace, clock.pauses);
  return clock.due === undefined ? undefined : addOpen(calendar, clock.due, grace);
}

export interface ClockNext {
  at: EpochMs;
  kind: 'mark' | 'due' | 'tick' | 'again';
  label: string;
  tick?: Tick;
}

function earliest(candidates: (ClockNext | undefined)[]): ClockNext | undefined {
  let best: ClockNext | undefined;
  for (const one of candidates) {
    if (one && (!best || one.at < best.at || (one.at === best.at && one.kind === 'mark' && best.kind !== 'mark')))
      best = one;
  }
  return best;
}

/** Instant of a mark of a clock; without a due instant only offsets after the anchor and shares of an amount have one. */
function markInstant(
  mark: { percent?: number; offset?: number },
  clock: ClockState,
  calendar: CompiledCalendar,
  due: EpochMs | undefined,
): EpochMs | undefined {
  const from = clock.anchor;
  if (mark.percent !== undefined) {
    const read = readAmount(clock.amount);
    if (read && 'amount' in read && typeof read.amount === 'number') {
      return dueAfter(calendar, from, Math.round((read.amount * mark.percent) / 100), clock.pauses);
    }
    if (due === undefined) return undefined;
    return addOpen(calendar, from, Math.round((openBetween(calendar, from, due) * mark.percent) / 100));
  }
  if (mark.offset === undefined) return undefined;
  if (mark.offset >= 0) return dueAfter(calendar, from, mark.offset, clock.pauses);
  return due === undefined ? undefined : beforeInstant(calendar, from, due, -mark.offset);
}

/** The instant that lies `lead` of open time before `due`, and never before `from`. */
function beforeInstant(calendar: CompiledCalendar, from: EpochMs, due: EpochMs, lead: number): EpochMs | undefined {
  const open = openBetween(calendar, from, due);
  return open <= lead ? undefined : addOpen(calendar, from, open - lead);
}

/**
 * What a running clock does next, or undefined. A mark that already lies before activation is not given; a due instant
 * that lies before activation is due at activation (policy-language §4.4).
 */
export function clockNext(
  def: ClockDef,
  clock: ClockState,
  calendar: CompiledCalendar,
  commitment?: CommitmentDef,
): ClockNext | undefined {
  if (clock.status !== 'running') return undefined;
  if (def.cadence) return cadenceNext(def, clock, calendar);
  const { due, activeFrom: floor } = clock;
  const marks = def.marks
    .filter((mark) => !clock.marked.includes(mark.label))
    .map((mark): ClockNext | undefined => {
      const at = markInstant(mark, clock, calendar, due);
      return at === undefined || at < floor ? undefined : { at, kind: 'mark', label: mark.label };
    });
  const limit = clock.late === true ? limitOf(clock, calendar) : due;
  const duePart: ClockNext | undefined =
    clock.breached || limit === undefined
      ? undefined
      : { at: Math.max(limit, floor), kind: 'due', label: clock.late === true ? LIMIT : 'due' };
  return earliest([...marks, duePart, againNext(clock, calendar, commitment)]);
}

function againNext(clock: ClockState, calendar: CompiledCalendar, commitment?: CommitmentDef): ClockNext | undefined {
  if (!clock.breached || !commitment?.againPercent) return undefined;
  const read = readAmount(clock.amount);
  if (!read || !('amount' in read) || typeof read.amount !== 'number') return undefined;
  const further = Math.round((read.amount * commitment.againPercent * (clock.again + 1)) / 100);
  const at = Math.max(dueAfter(calendar, clock.anchor, read.amount + further, clock.pauses), clock.activeFrom);
  return { at, kind: 'again', label: `again ${clock.again + 1}` };
}

function cadenceNext(def: ClockDef, clock: ClockState, calendar: CompiledCalendar): ClockNext | undefined {
  const after = Math.max(clock.lastTick ?? clock.anchor, clock.activeFrom);
  const tick = nextTick(clock, calendar, after);
  if (!tick) return undefined;
  const marks = def.marks
    .filter((mark) => !clock.marked.includes(`${mark.label}@${tick.at}`))
    .map((mark): ClockNext | undefined => {
      const at = markInstantOfTick(mark, calendar, tick, clock.pauses);
      return at === undefined || at < clock.activeFrom ? undefined : { at, kind: 'mark', label: mark.label, tick };
    });
  return earliest([...marks, { at: tick.at, kind: 'tick', label: 'tick', tick }]);
}

function markInstantOfTick(
  mark: { percent?: number; offset?: number },
  calendar: CompiledCalendar,
  tick: Tick,
  pauses: ClockState['pauses'],
): EpochMs | undefined {
  if (mark.percent !== undefined)
    return dueAfter(calendar, tick.previous, Math.round((tick.interval * mark.percent) / 100), pauses);
  if (mark.offset === undefined) return undefined;
  return mark.offset >= 0
    ? dueAfter(calendar, tick.previous, mark.offset, pauses)
    : beforeInstant(calendar, tick.previous, tick.at, -mark.offset);
}
