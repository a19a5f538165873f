/** A register in words: a table where its fields have room, else an entry a paragraph. */
import type { Json, JsonObject } from '../domain/policy/types';
import { keyValues, table } from './tables';

/** Columns beside which nobody reads a table any more: id, key, status, day, and two fields. */
const MOST = 6;

function text(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(text).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
const clock = (at: Json | undefined): string =>
  typeof at === 'string' ? at.replace('T', ' ').replace(/\.\d+Z$|Z$/, ' UTC') : '';

/** Every entry with the fields that its kind declares; of a paragraph what is empty is left out. */
export function registerText(register: JsonObject): string {
  const fields = (register['fields'] ?? []) as string[];
  const entries = (register['entries'] ?? []) as JsonObject[];
  const valueOf = (one: JsonObject, name: string): string => text(((one['values'] ?? {}) as JsonObject)[name]);
  const head = ['Ticket', 'Key', 'Status', 'Opened', ...fields];
  const rows = entries.map((one) => [
    ...[text(one['id']), text(one['key']), text(one['status']), clock(one['openedAt'])],
    ...fields.map((name) => valueOf(one, name)),
  ]);
  if (entries.length === 0) return 'No entries.';
  if (head.length <= MOST) return table(head, rows);
  return rows
    .map((row) =>
      keyValues(row.flatMap((cell, at): [string, string][] => (cell === '' ? [] : [[head[at] ?? '', cell]]))),
    )
    .join('\n\n');
}
