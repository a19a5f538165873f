/** The time axis: equal steps up to two hours, compressed beyond, so that minutes and days share one picture. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const LINEAR_UP_TO = 2 * HOUR;
/** Where a long axis turns from equal steps into equal ratios: the first hour gets about a quarter of 48 h. */
const KNEE = 18 * MINUTE;

/** A monotone map from milliseconds since the opening to the horizontal position. */
export interface TimeScale {
  end: number;
  /** Whether equal times have equal widths. */
  linear: boolean;
  x: (ms: number) => number;
}

/** A tick of the axis, major ones carry a label. */
export interface AxisTick {
  ms: number;
  label: string;
}

/** A scale from 0 to `end` over `[left, right]`; positions outside are clamped to the picture. */
export function timeScale(end: number, left: number, right: number): TimeScale {
  const last = Math.max(end, 10 * MINUTE);
  const curve =
    last <= LINEAR_UP_TO
      ? (ms: number): number => ms / last
      : (ms: number): number => Math.log1p(ms / KNEE) / Math.log1p(last / KNEE);
  return {
    end: last,
    linear: last <= LINEAR_UP_TO,
    x: (ms) => left + curve(Math.min(Math.max(ms, 0), last)) * (right - left),
  };
}

const NATURAL = [
  ...[5, 10, 15, 30, 45].map((n) => n * MINUTE),
  ...[1, 1.5, 2, 3, 4, 6, 8, 12, 16, 20].map((n) => n * HOUR),
  ...[1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 10, 14, 21, 30, 45, 60, 90, 180, 365].map((n) => n * DAY),
];
/** Chosen first where there is no room for all. */
const PREFERRED = [
  0,
  HOUR,
  DAY,
  4 * HOUR,
  2 * DAY,
  15 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  12 * HOUR,
  5 * MINUTE,
  8 * HOUR,
  3 * DAY,
  4 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
];

/** `+5m`, `+1h`, `+36h`, `+4d`. */
export function tickLabel(ms: number): string {
  if (ms === 0) return 'opened';
  if (ms % HOUR !== 0) return ms < HOUR ? `+${ms / MINUTE}m` : `+${Math.floor(ms / HOUR)}h${(ms % HOUR) / MINUTE}`;
  return ms <= 4 * DAY ? `+${ms / HOUR}h` : `+${ms / DAY}d`;
}

/** Natural instants at least `room` apart on the scale, in order; the preferred ones win. */
export function axisTicks(scale: TimeScale, room: number): AxisTick[] {
  const chosen: number[] = [];
  for (const ms of [...PREFERRED, ...NATURAL]) {
    if (ms > scale.end || chosen.includes(ms)) continue;
    if (chosen.every((other) => Math.abs(scale.x(other) - scale.x(ms)) >= room)) chosen.push(ms);
  }
  return chosen.sort((a, b) => a - b).map((ms) => ({ ms, label: tickLabel(ms) }));
}
