/** JSON on its way into PostgreSQL: what `jsonb` refuses is replaced, and one text for one value. */
import { createHash } from 'node:crypto';

/** NUL and half surrogate pairs are legal in JSON and refused by PostgreSQL; a customer's mail must not stop the archive. */
const REFUSED = /[\0\p{Surrogate}]/gu;
const REPLACEMENT = '\uFFFD';

/** A text that a `text` column takes. */
export const storableText = (text: string): string => text.replace(REFUSED, REPLACEMENT);

/** A value as JSON that a `jsonb` column takes. */
export function storableJson(value: unknown): string {
  return JSON.stringify(clean(value)) ?? 'null';
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), clean(inner)]));
}

/** JSON with sorted keys and without what is undefined: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
  return `{${fields.join(',')}}`;
}

/** SHA-256 of the canonical JSON, in hex. */
export const contentHash = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');
