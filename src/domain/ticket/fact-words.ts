/** The answer to a fact in words: a value, how much of something there is, or what was found of several fields. */
import type { Json } from '../policy/types';

/** One field of an extraction: `{ value, score }`, or `{ unknown: true }` where the customer does not know. */
function found(value: Json | undefined): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return plain(value);
  if (value['unknown'] === true) return 'not known to the customer';
  return plain('value' in value ? value['value'] : value);
}

function plain(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(plain).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * What a fact answered. A question of "how much" has a score and no value: the score is its answer (`score 10`).
 * Undefined where there is neither.
 */
export function answerWords(value: Json | undefined, score: Json | undefined): string | undefined {
  if (value === null || value === undefined || value === '')
    return typeof score === 'number' ? `score ${score}` : undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return plain(value);
  const parts = Object.entries(value).map(([field, one]) => `${field} “${found(one)}”`);
  return parts.length === 0 ? 'nothing found' : parts.join(', ');
}
