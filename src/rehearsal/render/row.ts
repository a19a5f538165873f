/** Rows of a timeline as the pictures read them (design.md, "Interfaces"). */
import { readable } from '../../domain/ticket/describe';
import type { JsonObject } from '../../domain/policy/types';
import { parseDuration } from '../../domain/time/instants';
import type { TimelineRow } from '../rows';

export type { TimelineRow };

/** A row with its instants as numbers and its subject apart. */
export interface ReadRow {
  row: TimelineRow;
  type: string;
  subject: string;
  /** Milliseconds since the opening; below zero only for what was received before it. */
  ms: number;
  data: JsonObject;
}

/** The rows in the order of their instants (stable), each with its offset and subject read. Rows without an instant are left out. */
export function readRows(rows: readonly TimelineRow[]): ReadRow[] {
  const opened = rows.find((row) => row.type === 'opened') ?? rows[0];
  const start = opened ? Date.parse(opened.at) - (parseDuration(opened.offset) ?? 0) : 0;
  return rows
    .map((row) => {
      const found = /^([^(]+)\((.*)\)$/.exec(row.type);
      return {
        row,
        type: found?.[1] ?? row.type,
        subject: row.subject ?? found?.[2] ?? '',
        ms: parseDuration(row.offset) ?? Date.parse(row.at) - start,
        data: row.data,
      };
    })
    .filter((read) => Number.isFinite(read.ms))
    .sort((a, b) => a.ms - b.ms);
}

/** An instant among a row's data (epoch ms or RFC 3339) as an offset, or undefined. */
export function offsetOf(read: ReadRow, field: string): number | undefined {
  const value = read.data[field];
  const instant = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isFinite(instant) ? instant - Date.parse(read.row.at) + read.ms : undefined;
}

/** Text of a field for a label: names readable, lists joined. */
export function labelOf(value: unknown): string {
  if (typeof value === 'string') return readable(value);
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(labelOf).filter(Boolean).join(', ');
  return '';
}

/** `+0:30`, `+4:00:20`, `+1d 02:00`. */
export function shortOffset(ms: number): string {
  const left = Math.round(Math.abs(ms) / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [days, hours, minutes, seconds] = [
    Math.floor(left / 86_400),
    Math.floor(left / 3600) % 24,
    Math.floor(left / 60) % 60,
    left % 60,
  ];
  const sign = ms < 0 ? '-' : '+';
  if (days > 0) return `${sign}${days}d ${two(hours)}:${two(minutes)}`;
  return `${sign}${hours}:${two(minutes)}${seconds > 0 ? `:${two(seconds)}` : ''}`;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The minutes that an RFC 3339 text is ahead of UTC. */
export function zoneMinutes(at: string): number {
  const found = /([+-])(\d\d):(\d\d)$/.exec(at);
  return found ? (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) : 0;
}

/** Day of an instant in a zone that is `zone` minutes ahead of UTC: `Tue 1 Dec 2026`. */
export function dayOf(instant: number, zone: number, year = true): string {
  const date = new Date(instant + zone * 60_000);
  return `${WEEKDAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}${year ? ` ${date.getUTCFullYear()}` : ''}`;
}

/** Clock of an instant in a zone: `09:05`. */
export function clockOf(instant: number, zone: number): string {
  return new Date(instant + zone * 60_000).toISOString().slice(11, 16);
}
